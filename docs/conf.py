"""Sphinx's settings for the web book, which `course site` makes. Nothing here needs a network."""

project = "Zero biases, random weights"
author = "the Zero biases, random weights contributors"
copyright = "the Zero biases, random weights contributors; text and figures CC BY 4.0, code BSD 3-Clause"
language = "en"

extensions = ["myst_nb", "course_utils.publishing.formulas"]
html_math_renderer = "mathml"
templates_path = ["_templates"]

nb_execution_mode = "off"  # the notebooks are stored executed
nb_merge_streams = True
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

html_theme = "sphinx_book_theme"
html_title = project
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
html_css_files = ["explorers/explorer.css", "question.css", "book.css"]
html_js_files = ["questions.js", "book.js", "dark.js"]
html_copy_source = False
html_show_sourcelink = False
html_last_updated_fmt = None
html_context = {"default_mode": "auto"}  # as the system has it, until the reader switches
html_theme_options = {
    "navbar_start": [],
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_navbar_depth": 1,
    "collapse_navbar": True,  # what lies below a page is listed on that page only
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}

repository = globals().get("repository")  # `course site --repository URL` writes it at the top of its copy
if repository:
    html_theme_options |= {
        "repository_url": repository,
        "repository_branch": "main",
        "use_repository_button": True,
        "launch_buttons": {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"},
    }
