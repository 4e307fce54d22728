"""The live view: what the robot knows, beside the arm, in a browser.

What is shown is worked out in files that know no browser (`latent_map`, `arm`, `route`, `session`, `lesson`);
`server`, `page` and what they are made of put it on the screen with viser, from the extra ``viewer``.
"""
