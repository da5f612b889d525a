"""How pictures of studies look: SVG, the same bytes every time."""
import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

# Okabe and Ito's colours, told apart by everybody.
COLOURS = {1: "#0072b2", 2: "#009e73", 4: "#e69f00", 8: "#d55e00"}
MARKS = {1: "o", 2: "s", 4: "^", 8: "D"}
# An opaque ground: legible on a dark page too.
plt.rcParams.update({
    "svg.hashsalt": "doorbell", "svg.fonttype": "path", "font.size": 9, "figure.facecolor": "white",
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#dddddd",
    "axes.axisbelow": True, "legend.frameon": False, "axes.titlesize": 9.5, "axes.titleweight": "bold",
    "axes.titlelocation": "left"})


def save(figure, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def doubling(axes, settings):
    """An axis of powers of two that names each setting."""
    axes.set_xscale("log", base=2)
    axes.set_xticks(settings, [str(one) for one in settings])
    axes.minorticks_off()


def words(axes, title, x, y):
    axes.set_title(title)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
