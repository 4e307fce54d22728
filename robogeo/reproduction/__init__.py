"""The papers' experiments, run again: the paper's recipe beside robogeo's default, on the same pairs.

An experiment is one module of this room and one file of ``configs/reproduce``. The module is an
`experiment.Experiment`: it knows how to run one seed into a record of plain data, how to turn the records of
all seeds into measures, targets and pictures, and what to say of them. The file holds every number: data, the
paper's recipe, robogeo's default, pairs, seeds, and under ``quick`` what differs in a run of minutes.

    settings.py    the settings that all experiments share, and how a file is read
    experiment.py  what an experiment is, and which there are
    kept.py        what a seed has finished, so that an interrupted run goes on where it stopped
    fitting.py     a model from settings and observations
    charts.py      curves on a fitted model: straight lines, published geodesics, robogeo's default
    intervals.py   means over seeds with bootstrap intervals over pairs
    measures.py    rows of the table: paper, recipe, default, and whether the default wins
    section.py     the experiment's section of docs/reproductions.md
    running.py     from a name to results, pictures and section

A length is compared under one metric only: a geodesic with the straight line of the same model. What the
recipe and the default are compared by knows no metric: errors in millimetres or pixels, monotony, order.
"""
