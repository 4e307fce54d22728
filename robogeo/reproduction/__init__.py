"""The papers' experiments, run again: the paper's recipe beside robogeo's default, on the same pairs.

An experiment is one module, in the folder of what it is about, and one file of ``configs/reproduce``. The
module is an `experiment.Experiment`: it knows how to run one seed into a record of plain data, how to turn
the records of all seeds into measures, targets and pictures, and what to say of them. The file holds every
number: data, the paper's recipe, robogeo's default, pairs, seeds, and under ``quick`` what differs in a run
of minutes.

    experiment.py  what an experiment is, and which there are
    settings.py    the settings that all experiments share, and how a file is read
    running.py     from a name to results, pictures and section
    kept.py        what a seed has finished, so that an interrupted run goes on where it stopped
    charts.py      curves on a fitted model: straight lines, published geodesics, robogeo's default
    intervals.py   means over seeds with bootstrap intervals over pairs
    measures.py    rows of the table: paper, recipe, default, and whether the default wins
    section.py     the experiment's section of docs/reproductions.md
    latent_pictures.py  a 2-D chart as a picture, and speeds along two ways

    pendulum/      its pictures; the gap in angle that is asked about (active.py)
    circle/        the robot whose tool draws a circle
    clothes/       Fashion-MNIST
    human_motion/  walks, and all kinds of motion
    chairs/        ModelNet and IKEA
    race/          graph geodesics against neural ones
    arm/           what an arm's asking is for

A length is compared under one metric only: a geodesic with the straight line of the same model. What the
recipe and the default are compared by knows no metric: errors in millimetres or pixels, monotony, order.
"""
