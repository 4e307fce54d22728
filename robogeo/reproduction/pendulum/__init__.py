"""Pictures of a pendulum: geodesics against straight lines, and a gap in angle that is asked about."""
