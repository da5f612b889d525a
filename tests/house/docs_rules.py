"""The rules of the house for what is written about the code: README.md, CONTRIBUTING.md, docs/ and other pages."""

import re
from fnmatch import fnmatch
from pathlib import PurePosixPath

LONGEST_LINE = 120
SOURCE_NAME = re.compile(r"^[\w./-]+\.(h|cpp|c|S|cmake|py|mjs)$")
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
# Sources of Linux, and headers of C.
OF_OTHERS = re.compile(r"^(drivers/pci/probe|arm-smmu-v3|irq-gic-v3|irq-gic-v3-its|dma-iommu|its-pci-msi)\.[ch]$"
                       r"|^std\w+\.h$")
# What a user puts into a repository of one's own. What a build makes is in build/.
OF_USERS = {".github/workflows/performance.yaml"}
# What may stand in the name of several files: <block>, <n>, *, ...
SEVERAL = re.compile(r"<[^>]*>|\.\.\.|\*+")


def pages(tree):
    return [name for name in tree.files if name.endswith(".md")]


def lines_of_pages_are_short(tree):
    """A line of a page is no longer than 120 columns; a row of a table, which can't be broken, may be."""
    for name in pages(tree):
        for number, line in tree.lines(name):
            if len(line) > LONGEST_LINE and not line.lstrip().startswith("|"):
                yield f"{name}:{number}: {len(line)} columns, more than {LONGEST_LINE}"


def anchors(tree, name):
    """The anchors of a page's headings, as GitHub makes them."""
    found = set()
    for _, line in outside_fences(tree, name):
        if match := re.match(r"#+\s+(.*)", line):
            text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", match.group(1)).strip().lower()
            found.add(re.sub(r"[^\w\- ]", "", text).replace(" ", "-"))
    return found


def outside_fences(tree, name):
    fenced = False
    for number, line in tree.lines(name):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield number, line


def resolve(page, target):
    """The path in the tree that a link of a page means."""
    parts = []
    for part in (PurePosixPath(page).parent / target).parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def links_lead_somewhere(tree):
    """A link of a page leads to a file of the tree, and to a heading that it has."""
    files = set(tree.files)
    folders = {str(parent) for name in files for parent in PurePosixPath(name).parents}
    for name in pages(tree):
        for number, line in outside_fences(tree, name):
            for target in LINK.findall(CODE.sub("", line)):
                if re.match(r"[a-z]+:", target):
                    continue
                path, _, anchor = target.partition("#")
                file = resolve(name, path) if path else name
                if file not in files and (file is None or file.rstrip("/") not in folders):
                    yield f"{name}:{number}: there is no {target}"
                elif anchor and file.endswith(".md") and anchor not in anchors(tree, file):
                    yield f"{name}:{number}: {file} has no heading #{anchor}"


def pattern_of(path):
    """A glob for a name in a page: `models/doorbell/<block>/*.h`, `tests/{gic,smmu}`."""
    return SEVERAL.sub("*", path)


def alternatives(path):
    """What `a/{b,c}.h` stands for."""
    match = re.search(r"\{([^{}]*)\}", path)
    if not match:
        return [path]
    return [deeper for one in match.group(1).split(",")
            for deeper in alternatives(path[:match.start()] + one.strip() + path[match.end():])]


def named_paths(line, tops, fenced):
    """The words of a line that can only be a path of the tree, or the name of a source."""
    words = line.split() if fenced else [word for code in CODE.findall(line) for word in code.split()]
    for word in words:
        word = word.strip("`'\",;:()").rstrip(".")
        for path in alternatives(word):
            if "=" in path or "$" in path or path.startswith("build/") or path in OF_USERS:
                continue
            if path.split("/")[0] in tops and "/" in path:
                yield path, False
            elif not fenced and SOURCE_NAME.match(path) and not OF_OTHERS.search(path):
                yield path, True


def paths_of_pages_exist(tree):
    """A path of the tree that a page names exists, and so does a source that it names without its folders."""
    files = set(tree.files)
    folders = {str(parent) for name in files for parent in PurePosixPath(name).parents}
    tops = {name.split("/")[0] for name in files if "/" in name}
    known = sorted(files | folders)
    found = {}

    def exists(path, anywhere):
        key = (path, anywhere)
        if key not in found:
            glob = pattern_of(path.rstrip("/"))
            found[key] = any(fnmatch(name, glob) or anywhere and fnmatch(name, "*/" + glob) for name in known)
        return found[key]

    for name in pages(tree):
        fenced = False
        for number, line in tree.lines(name):
            if line.lstrip().startswith("```"):
                fenced = not fenced
                continue
            for path, anywhere in named_paths(line, tops, fenced):
                if not exists(path, anywhere):
                    yield f"{name}:{number}: there is no {path}"


# A name that only code can have: with a scope, or of several words written as one.
NAME_OF_CODE = re.compile(r"[A-Za-z_]\w*(::~?[A-Za-z_]\w*)+|([A-Z][a-z0-9]+){2,}")


def names_of_pages_exist(tree):
    """A class or function that a page names is somewhere in the sources."""
    known = {"std", "CamelCase"}
    for name in tree.files:
        if PurePosixPath(name).suffix in {".h", ".cpp", ".c", ".py", ".js", ".mjs", ".txt", ".cmake"}:
            for _, line in tree.lines(name):
                known.update(re.findall(r"[A-Za-z_]\w*", line))
    for name in pages(tree):
        for number, line in outside_fences(tree, name):
            for code in CODE.findall(line):
                if match := NAME_OF_CODE.fullmatch(code.removesuffix("()")):
                    missing = [part for part in re.findall(r"[A-Za-z_]\w*", match.group()) if part not in known]
                    if missing:
                        yield f"{name}:{number}: {code}: no source knows {', '.join(missing)}"


RULES = {rule.__name__: rule for rule in (
    lines_of_pages_are_short, links_lead_somewhere, paths_of_pages_exist, names_of_pages_exist)}
