"""The same work in this process, on several processes or on a Ray cluster, with the same results.

Small networks train fastest with one numerical thread a process and one process a core. All randomness is
keyed (`robogeo.randomness`) and every worker has one thread, so results depend neither on the engine nor on
the number of workers nor on which of them does what; a lost worker's item is simply done again.
"""

from robogeo.parallel.failure import ClusterError, WorkerLostError, WorkError
from robogeo.parallel.one_thread import use_one_thread
from robogeo.parallel.workers import ENGINES, Workers

__all__ = ["ENGINES", "ClusterError", "WorkError", "WorkerLostError", "Workers", "use_one_thread"]
