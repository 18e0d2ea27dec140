"""Runs one Python component inside its pod: python3 -u kfp_runtime.py INPUTS_FILE

The directory of this file also holds component.json, which says what to run, and the user's source. INPUTS_FILE is
Argo's JSON list of input parameters. Input artifacts lie in KFP_INPUTS_DIR, outputs are written to KFP_OUTPUTS_DIR.
Exit codes: 0 done, 1 the user's code raised, 65 a value or an output broke the contract, 69 packages could not be
installed; sys.exit(n) in the user's code keeps n. The last line on stderr says why, and so does the termination log.

Standard library only, Python 3.8 and later. What is slow to import is imported where it is needed, so that a pod
reaches the user's first line at once.
"""

import sys

if __name__ == "__main__" and not getattr(sys.flags, "safe_path", sys.flags.isolated):
    # Python put the directory of this file first, where a user's source called json.py would hide the real one.
    del sys.path[0]

import json
import linecache
import math
import os
import types


def working_directory():
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return "/"


USER_ERROR, CONTRACT_ERROR, PACKAGES_ERROR = 1, 65, 69
COMPONENT = os.path.abspath(os.environ.get("KFP_COMPONENT_DIR") or os.path.dirname(__file__))
INPUTS = os.path.abspath(os.environ.get("KFP_INPUTS_DIR") or "/kfp/inputs")
OUTPUTS = os.path.abspath(os.environ.get("KFP_OUTPUTS_DIR") or "/kfp/outputs")
START = working_directory()  # where the image's own modules are
THIS_FILE = sys._getframe().f_code.co_filename  # as tracebacks show it
HIDDEN = "kfp-artifact-"  # starts the names of the parameters that carry an artifact's uri and metadata
SECRETS = os.environ.get("KFP_SECRETS", "").split(":")  # variables and paths that hold values of Secrets
SECRET_VALUES = [os.environ.get(name, "") for name in SECRETS]  # as they were before the user's code ran
# [sdk]
# What stands between such marks is only in the pods of components that need it: all others keep the version they have.
MODULE = {"names": {}}  # of the user's source, once it is loaded
KFP = False  # whether values are read and written as leniently as KFP does it; component.json says so
# [/sdk]


class Failure(Exception):
    """An end that is not an exception of the user's code. The message says it all."""

    def __init__(self, message, code=CONTRACT_ERROR):
        super().__init__(message)
        self.code = code


# --- Secrets ----------------------------------------------------------------------------------------------------------
# What ends a component is told to Argo, which keeps it in clear text. Values of Secrets are masked in it. Go's package
# redact knows the same forms.

MASKED = "(secret)"


def masked(text):
    """The text without the values of Secrets, in the forms in which programs print them."""
    import re

    values = [part for value in secret_values() for part in [value] + value.splitlines()]
    values = {value.strip() for value in values} | set(values)
    forms = {form for value in values if len(value.strip()) >= 6 for form in forms_of(value)}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, MASKED)
    for word in sorted({value.strip() for value in values if 0 < len(value.strip()) < 6}, key=len, reverse=True):
        text = re.sub(r"(?<!\w)%s(?!\w)" % re.escape(word), lambda _: MASKED, text)  # "true" must not blot out all
    return text


def secret_values():
    values = list(SECRET_VALUES)
    for path in SECRETS:
        if path.startswith("/"):
            found = [os.path.join(root, name) for root, _, names in os.walk(path) for name in names]
            for file in found or [path]:
                try:
                    with open(file, "rb") as opened:
                        values.append(opened.read(1 << 20).decode("utf-8", "replace"))
                except OSError:
                    pass  # it is optional, or of another user
    return values


def forms_of(value):
    import base64
    import html
    import urllib.parse

    octets = value.encode("utf-8", "surrogatepass")
    quoted = [quote(value)[1:-1] for quote in (repr, ascii, json.dumps)]
    quoted += [json.dumps(value, ensure_ascii=False)[1:-1], repr(octets)[2:-1], value.replace("\\", "\\\\")]
    quoted += [json.dumps(form)[1:-1] for form in quoted[2:4]]  # JSON in JSON
    quoted += [form.replace("\\'", "'").replace("'", "\\'") for form in quoted]
    urls = [urllib.parse.quote(octets, safe=safe) for safe in ("", "/")] + [urllib.parse.quote_plus(octets)]
    coded = [encode(octets).decode() for encode in (base64.b64encode, base64.urlsafe_b64encode)]
    coded += [form.rstrip("=") for form in coded]
    return [value, html.escape(value), html.escape(value, quote=False), octets.hex()] + quoted + urls + coded


# --- How values travel ------------------------------------------------------------------------------------------------
# Argo substitutes {{tags}} in data too, so a mark stands after each brace of a text that holds "{{". Strings travel as
# such a text, every other type as JSON whose strings, keys too, are such texts. Go's package wire has the same rules.

MARK = "\u241b"
ABSENT = "{" + MARK + "absent}"  # what an optional string input gets when the caller gives none


def encode(text):
    if "{{" in text or "{" + MARK in text:
        return text.replace("{", "{" + MARK)
    return text


def decode(text):
    return text.replace("{" + MARK, "{")


def map_strings(value, change):
    """Applies change to every string in a JSON value, keys included."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [map_strings(item, change) for item in value]
    if isinstance(value, dict):
        return {change(key): map_strings(item, change) for key, item in value.items()}
    return value


def parse_json(text, where):
    def refuse(constant):
        raise ValueError(constant + " is not JSON")

    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Failure("%s: not valid JSON (%s): %s" % (where, error, describe(text))) from None


def to_json(value):
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


# --- Types ------------------------------------------------------------------------------------------------------------


def element_type(type_):
    """T of list(T), "any" of list, None of everything else."""
    if type_ == "list":
        return "any"
    return type_[5:-1] if type_.startswith("list(") else None


def check(value, type_, where, widen=False):
    """Returns value if it is of type_ all the way down, else fails with what was expected and what came.

    Nothing is converted, but for widen, which makes floats of integers where floats are expected.
    """
    if type_ == "any":
        type_ = json_type(value)
    if type_ == "string" and isinstance(value, str):
        return check_text(value, where)
    if type_ == "boolean" and isinstance(value, bool) or type_ == "null":
        return value
    if type_ in ("integer", "float") and isinstance(value, (int, float)) and not isinstance(value, bool):
        if type_ == "float" or isinstance(value, int):
            return check_number(value, type_, where, widen)
    element = element_type(type_)
    if element and isinstance(value, list):
        return [check(item, element, "%s[%d]" % (where, i), widen) for i, item in enumerate(value)]
    if type_ == "struct" and isinstance(value, dict):
        return {check_key(key, where): check(value[key], "any", "%s[%r]" % (where, key), widen) for key in value}
    advice = "; convert it, for example by .item()" if hasattr(value, "item") else ""
    raise Failure("%s: expected %s, got %s%s" % (where, type_, describe(value), advice))


def json_type(value):
    """The type of a value of which only is known that JSON holds it."""
    for kind, type_ in JSON_TYPES:
        if isinstance(value, kind):
            return type_
    return "null" if value is None else "a JSON value"


# bool stands before int, of which it is a subclass.
JSON_TYPES = ((str, "string"), (bool, "boolean"), (int, "integer"), (float, "float"), (list, "list"), (dict, "struct"))


def check_number(value, type_, where, widen):
    if type_ == "integer":
        return value
    try:
        number = float(value)
    except OverflowError:
        raise Failure("%s: expected float, got %s, which is too large for one" % (where, describe(value))) from None
    if not math.isfinite(number):
        raise Failure("%s: expected a finite float, got %s" % (where, describe(value)))
    return number if widen else value


def check_text(text, where):
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Failure("%s: half a surrogate pair, which is no Unicode, in %s" % (where, describe(text))) from None
    return text


def check_key(key, where):
    if not isinstance(key, str):
        raise Failure("%s: expected string keys, got the key %s" % (where, describe(key)))
    return check_text(key, "%s, a key" % where)


def describe(value):
    """The kind of a value and, where that is short and safe to print, the value."""
    kind = type(value)
    if value is None:
        return "None"
    if kind is int and value.bit_length() > 200:
        return "int of %d bits" % value.bit_length()
    if kind is str:
        value = masked(value)
        shown = repr(value[:60])
        return "str %s%s" % (shown, "" if len(value) <= 60 else "… (%d characters)" % len(value))
    if kind in (bool, int, float):
        return "%s %r" % (kind.__name__, value)
    return class_name(kind)


def class_name(kind):
    """A class as the user's code calls it."""
    name = kind.__qualname__.split("<locals>.")[-1]
    return name if kind.__module__ in ("builtins", "__main__", "kfp_component") else "%s.%s" % (kind.__module__, name)


def read_value(text, type_, optional, where):
    """The value of an input parameter from the text that Argo gave."""
    if type_ == "string":
        if text != ABSENT:
            return check(decode(text), type_, where)
        value = None
    else:
        value = map_strings(parse_json(text, where), decode)
    if value is None and optional:
        return None
    # [sdk]
    if KFP:
        return check(whole_numbers(value), untyped(type_), where)
    # [/sdk]
    try:
        return check(value, type_, where, widen=True)
    except RecursionError:
        raise Failure("%s: nested too deeply" % where) from None


def value_bytes(value, type_, where):
    """What is written for an output parameter."""
    try:
        value = check(value, type_, where)
        text = encode(value) if type_ == "string" else to_json(map_strings(value, encode))
        text += "\n" if text.endswith("\n") else ""  # Argo cuts one off
    except RecursionError:
        raise Failure("%s: nested too deeply, or it holds itself" % where) from None
    except ValueError as error:  # an integer with more digits than Python is willing to print
        raise Failure("%s: %s" % (where, error)) from None
    return text.encode("utf-8")


# [sdk]
# KFP's values pass through protobuf, which knows no integers and no types of elements.


def whole_numbers(value):
    """A value as KFP's functions see it: whole floats are ints, and large ints are rounded."""
    if isinstance(value, list):
        return [whole_numbers(item) for item in value]
    if isinstance(value, dict):
        return {key: whole_numbers(item) for key, item in value.items()}
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    try:
        number = float(value)
    except OverflowError:
        return value
    return int(number) if number.is_integer() and abs(number) < 1e21 else number


def untyped(type_):
    """What KFP checks of a type when it reads an input."""
    return "list" if element_type(type_) else {"integer": "float"}.get(type_, type_)


TRUE, FALSE = ("1", "t", "T", "TRUE", "true", "True"), ("0", "f", "F", "FALSE", "false", "False")


def value_of_text(text, type_, where):
    """The value of what a function wrote to an OutputPath, as KFP's launcher reads it."""
    import re

    patterns = {"integer": r"[+-]?[0-9]+", "float": r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"}
    if type_ == "string":
        return text
    if type_ == "boolean" and text in TRUE + FALSE:
        return text in TRUE
    if type_ in patterns and re.fullmatch(patterns[type_], text.strip(), re.ASCII):
        return {"integer": int, "float": float}[type_](text.strip())
    if type_ in ("boolean", "integer", "float"):
        raise Failure("%s: KFP reads no %s from %s" % (where, type_, describe(text)))
    return parse_json(text, where)


def dumped(value):
    """A returned value with dictionaries in place of pydantic's models; KFP also takes what JSON can hold otherwise."""
    try:
        if hasattr(value, "model_dump"):
            return value.model_dump(mode="json")
        if isinstance(value, list):
            return [dumped(item) for item in value]
        if KFP and isinstance(value, (tuple, dict)):
            return json.loads(json.dumps(value))
    except (RecursionError, TypeError, ValueError):
        pass  # the check of its type says it better
    return value


def flat(artifacts):
    """The artifacts of a loop in a loop, which KFP hands over as one list."""
    return [inner for a in artifacts for inner in (flat(a) if isinstance(a, list) else [a])]


# [/sdk]
def write_file(path, content):
    with open(path, "wb") as file:
        file.write(content)


def read_text(path, where):
    with open(path, "rb") as file:
        try:
            return file.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise Failure("%s: not UTF-8: %s" % (where, error)) from None


# --- What user code may import from kfp.dsl ---------------------------------------------------------------------------


# [sdk]
class Title:
    """The attribute TYPE_NAME of a class of artifacts: its title by an older name."""

    def __get__(self, _, cls):
        return cls.schema_title


# [/sdk]
class Artifact:
    """A file or directory that tasks hand on, with a metadata dictionary."""

    schema_title = "system.Artifact"
    schema_version = "0.0.1"
    # [sdk]
    custom_path = ""  # where set_path put it
    TYPE_NAME = Title()
    # [/sdk]

    def __init__(self, name=None, uri=None, metadata=None):
        self.name = name or ""
        self.uri = uri or ""
        self.metadata = metadata or {}
        self._path = None

    @property
    def type(self):
        return self.schema_title.split(".")[1]

    @property
    def path(self):
        if self._path is None and self.uri.startswith("file://"):
            return self.uri[len("file://"):]
        return self._path or ""

    @path.setter
    def path(self, path):
        self._path = os.fspath(path)

    # [sdk]
    def set_path(self, path):
        self.path = self.custom_path = os.fspath(path)

    # [/sdk]
    def __repr__(self):
        return "%s(name=%r, path=%r, uri=%r, metadata=%r)" % (self.type, self.name, self.path, self.uri, self.metadata)


class Dataset(Artifact):
    schema_title = "system.Dataset"


class Model(Artifact):
    schema_title = "system.Model"

    @property
    def framework(self):
        return self.metadata.get("framework", "")

    @framework.setter
    def framework(self, framework):
        self.metadata["framework"] = framework


class HTML(Artifact):
    schema_title = "system.HTML"


class Markdown(Artifact):
    schema_title = "system.Markdown"


def number(value, what):
    """A plain number of what libraries use for one, such as numpy.float32. JSON cannot hold NaN and infinity."""
    if not isinstance(value, (int, float)):
        value = value.item() if hasattr(value, "item") else float(value)
    if not math.isfinite(value):
        raise ValueError("%s is %r, which metadata cannot hold" % (what, value))
    return value


class Metrics(Artifact):
    schema_title = "system.Metrics"

    def log_metric(self, metric, value):
        self.metadata[metric] = number(value, metric)


class ClassificationMetrics(Artifact):
    schema_title = "system.ClassificationMetrics"

    def log_roc_data_point(self, fpr, tpr, threshold):
        point = {"confidenceThreshold": number(threshold, "threshold"), "recall": number(tpr, "tpr")}
        point["falsePositiveRate"] = number(fpr, "fpr")
        self.metadata.setdefault("confidenceMetrics", []).append(point)

    def log_roc_curve(self, fpr, tpr, threshold):
        if not len(fpr) == len(tpr) == len(threshold):
            lengths = (len(fpr), len(tpr), len(threshold))
            raise ValueError("fpr, tpr and threshold differ in length: %d, %d, %d" % lengths)
        for point in zip(fpr, tpr, threshold):
            self.log_roc_data_point(*point)

    def set_confusion_matrix_categories(self, categories):
        self.metadata["confusionMatrix"] = {
            "annotationSpecs": [{"displayName": category} for category in categories],
            "rows": [{"row": [0] * len(categories)} for _ in categories],
        }

    def _category(self, name):
        specs = self.metadata.get("confusionMatrix", {}).get("annotationSpecs", [])
        names = [spec["displayName"] for spec in specs]
        if name not in names:
            raise ValueError("%r is not one of the categories %s" % (name, names))
        return names.index(name)

    def log_confusion_matrix_row(self, row_category, row):
        index, rows = self._category(row_category), self.metadata["confusionMatrix"]["rows"]
        if len(row) != len(rows):
            raise ValueError("the row of %r has %d values for %d categories" % (row_category, len(row), len(rows)))
        rows[index] = {"row": [number(cell, "a cell") for cell in row]}

    def log_confusion_matrix_cell(self, row_category, col_category, value):
        row, column = self._category(row_category), self._category(col_category)
        self.metadata["confusionMatrix"]["rows"][row]["row"][column] = number(value, "a cell")

    def log_confusion_matrix(self, categories, matrix):
        if len(categories) != len(matrix):
            raise ValueError("the matrix has %d rows for %d categories" % (len(matrix), len(categories)))
        self.set_confusion_matrix_categories(categories)
        for category, row in zip(categories, matrix):
            self.log_confusion_matrix_row(category, row)


# [sdk]
class SlicedClassificationMetrics(Artifact):
    schema_title = "system.SlicedClassificationMetrics"

    def _log(self, slice, method, *arguments):
        slices = self.metadata.setdefault("evaluationSlices", [])
        found = next((item for item in slices if item["slice"] == slice), None)
        if not found:
            found = {"slice": slice, "sliceClassificationMetrics": {}}
            slices.append(found)
        metrics = ClassificationMetrics(metadata=found["sliceClassificationMetrics"])
        getattr(metrics, method)(*arguments)
        found["sliceClassificationMetrics"] = metrics.metadata

    def log_roc_reading(self, slice, threshold, tpr, fpr):
        self._log(slice, "log_roc_data_point", fpr, tpr, threshold)

    def load_roc_readings(self, slice, readings):
        for reading in readings:
            self.log_roc_reading(slice, *reading)

    def set_confusion_matrix_categories(self, slice, categories):
        self._log(slice, "set_confusion_matrix_categories", categories)

    def log_confusion_matrix_row(self, slice, row_category, row):
        self._log(slice, "log_confusion_matrix_row", row_category, row)

    def log_confusion_matrix_cell(self, slice, row_category, col_category, value):
        self._log(slice, "log_confusion_matrix_cell", row_category, col_category, value)

    def load_confusion_matrix(self, slice, categories, matrix):
        self._log(slice, "log_confusion_matrix", categories, matrix)


# [/sdk]
class PipelineTaskFinalStatus:
    """How the run went, for a task under on_exit."""

    def __init__(
        self, state="", pipeline_job_resource_name="", pipeline_task_name="", error_code=None, error_message=None
    ):
        self.state = state
        self.pipeline_job_resource_name = pipeline_job_resource_name
        self.pipeline_task_name = pipeline_task_name
        self.error_code = error_code
        self.error_message = error_message


class Annotation:
    """Input[T] and Output[T] are T, so that typing takes them everywhere; InputPath(t) and OutputPath(t) are marks."""

    def __init__(self, type=None):
        self.type = type

    def __class_getitem__(cls, item):
        return item


class Input(Annotation):
    pass


class Output(Annotation):
    pass


# [sdk]
class EmbeddedInput(Annotation):
    pass


# [/sdk]
class InputPath(Annotation):
    pass


class OutputPath(Annotation):
    pass


def component(func=None, *_, **__):
    """The decorators of kfp.dsl: what they say was read when the component was planned."""
    return func if callable(func) else lambda function: function


def get_uri(suffix="Output"):
    """A place for an artifact that a function creates and returns."""
    path = os.path.join(OUTPUTS, ".artifacts", suffix)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return "file://" + path


def unavailable(name):
    def refuse(*args, **kwargs):
        raise RuntimeError("%s builds pipelines and is not available inside a task" % name)

    return refuse


DSL = {
    cls.__name__: cls
    for cls in (
        Artifact, Dataset, Model, Metrics, ClassificationMetrics, HTML, Markdown, PipelineTaskFinalStatus,
        Input, Output, InputPath, OutputPath, component, get_uri,
    )
}  # fmt: skip
DSL.update(dict.fromkeys(("container_component", "pipeline", "graph_component", "notebook_component"), component))
for _name in (
    "Collected ConcatPlaceholder Condition ContainerSpec Elif Else ExitHandler If IfPresentPlaceholder OneOf "
    "ParallelFor PipelineConfig PipelineTask SlicedClassificationMetrics TaskConfig importer"
).split():
    DSL[_name] = unavailable("dsl." + _name)

STUBS = {
    "kfp": {"__path__": [], "Client": unavailable("kfp.Client")},
    "kfp.dsl": dict(DSL, __all__=sorted(DSL)),
    "kfp.compiler": {"Compiler": unavailable("kfp.compiler.Compiler")},
}


# [sdk]
DSL.update(SlicedClassificationMetrics=SlicedClassificationMetrics, EmbeddedInput=EmbeddedInput)
for _name in (
    "job_name job_resource_name job_uuid task_name task_uuid root job_create_time_utc job_schedule_time_utc"
).split():
    _constant = "PIPELINE_%s_PLACEHOLDER" % _name.upper().replace("UUID", "ID")
    DSL[_constant] = "{{$.pipeline_%s}}" % _name
DSL["PIPELINE_TASK_EXECUTOR_OUTPUT_PATH_PLACEHOLDER"] = "{{$.outputs.output_file}}"
DSL["PIPELINE_TASK_EXECUTOR_INPUT_PLACEHOLDER"] = "{{$}}"
DSL["WORKSPACE_PATH_PLACEHOLDER"] = "{{$.workspace_path}}"
# A package is a module with a path. __all__ names what a star brings.
STUBS["kfp"]["__version__"] = "2.15.2"
STUBS["kfp.dsl"] = dict(DSL, __all__=sorted(DSL), __path__=[])
STUBS["kfp.dsl.types"] = {"__path__": []}
STUBS.update(dict.fromkeys(
    "kfp.v2.dsl kfp.components kfp.dsl.types.artifact_types kfp.dsl.types.type_annotations "
    "kfp.dsl.task_final_status kfp.dsl.task_config".split(), STUBS["kfp.dsl"],
))  # fmt: skip
STUBS["kfp.v2"] = {"__path__": [], "compiler": types.SimpleNamespace(**STUBS["kfp.compiler"])}
STUBS["kfp.client"] = {"Client": STUBS["kfp"]["Client"]}


# [/sdk]
class StubFinder:
    """Provides the package kfp where it is not installed: it stands last in sys.meta_path."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in STUBS:
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, StubFinder, is_package=name == "kfp")

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        vars(module).update(STUBS[module.__name__])
        if module.__name__ == "kfp":
            import kfp.compiler
            import kfp.dsl  # noqa: F401 (so that kfp.dsl works after "import kfp")


# The names of typing that a lightweight function may use without an import: those of Python 3.8.
TYPING = frozenset(
    "AbstractSet Any AnyStr AsyncContextManager AsyncGenerator AsyncIterable AsyncIterator Awaitable ByteString "
    "Callable ChainMap ClassVar Collection Container ContextManager Coroutine Counter DefaultDict Deque Dict "
    "Final ForwardRef FrozenSet Generator Generic Hashable ItemsView Iterable Iterator KeysView List Literal "
    "Mapping MappingView MutableMapping MutableSequence MutableSet NamedTuple NewType NoReturn Optional "
    "OrderedDict Protocol Reversible Sequence Set Sized SupportsAbs SupportsBytes SupportsComplex SupportsFloat "
    "SupportsIndex SupportsInt SupportsRound TYPE_CHECKING Text Tuple Type TypeVar TypedDict Union ValuesView "
    "cast final get_args get_origin get_type_hints no_type_check no_type_check_decorator overload "
    "runtime_checkable".split()
)


# --- Packages ---------------------------------------------------------------------------------------------------------


def scratch(code=CONTRACT_ERROR):
    """A new private directory, found even where the root file system is read-only and HOME belongs to nobody."""
    import tempfile

    for base in (os.environ.get("KFP_TMP"), os.environ.get("TMPDIR"), "/tmp", "/var/tmp", OUTPUTS):
        try:
            if base:
                return tempfile.mkdtemp(prefix=".kfp-", dir=base)
        except OSError:
            continue
    raise Failure("no directory can be written: mount an empty_dir volume at /tmp", code)


def install(config):
    """Installs the packages into a directory of their own and makes them importable."""
    import site

    work = scratch(PACKAGES_ERROR)
    target = os.path.join(work, "packages")
    code, lines = run_pip(config, work, target)
    if code:
        raise Failure(pip_message(config["packages"], lines), PACKAGES_ERROR)
    before = set(sys.path)
    site.addsitedir(target)  # not a plain append, since packages may bring .pth files
    added = [path for path in sys.path if path not in before]
    rest = [path for path in sys.path if path in before]
    # Before what the image has installed, so that the version asked for wins, but behind the standard library.
    at = next((i for i, path in enumerate(rest) if path.endswith(("site-packages", "dist-packages"))), len(rest))
    sys.path[:] = rest[:at] + added + rest[at:]
    for variable, path in (("PATH", os.path.join(target, "bin")), ("PYTHONPATH", target)):  # for child processes
        os.environ[variable] = os.pathsep.join(filter(None, (path, os.environ.get(variable))))


def run_pip(config, work, target):
    """Runs pip, shows its output as it comes, and returns its exit code and its output's lines."""
    import subprocess

    indexes = config.get("index_urls") or []
    options = ["--index-url " + url for url in indexes[:1]] + ["--extra-index-url " + url for url in indexes[1:]]
    options += ["--trusted-host " + host for host in config.get("trusted_hosts") or []]
    if any("--hash" in package for package in config["packages"]):
        options.append("--require-hashes")
    # All of it in a file: hashes are allowed nowhere else, and pip fills in ${VARIABLES} there, also in URLs.
    requirements = os.path.join(work, "requirements.txt")
    write_file(requirements, "".join(line + "\n" for line in options + config["packages"]).encode("utf-8"))
    command = [sys.executable, "-m", "pip", "install", "--target", target, "--requirement", requirements, "--no-input"]
    command += ["--disable-pip-version-check", "--no-cache-dir", "--no-compile", "--progress-bar", "off"]
    # PIP_USER=1, which some images set, is refused together with --target.
    environment = dict(os.environ, TMPDIR=work, PIP_USER="0", PIP_ROOT_USER_ACTION="ignore", PYTHONUNBUFFERED="1")
    pip = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    lines = []
    for line in pip.stdout:
        lines.append(without_passwords(line.decode("utf-8", "replace").rstrip()))
        print(lines[-1], file=sys.stderr, flush=True)
    return pip.wait(), [line for line in lines if line.strip()]


def pip_message(packages, lines):
    """Which packages could not be installed and why, as far as pip tells."""
    import re

    names = [package.split(" --hash")[0].split(";")[0].strip() for package in packages]
    if any("No module named pip" in line for line in lines):
        reason = "this image has no pip; use a kfp_image that holds the packages"
    else:
        first = next((i for i, line in enumerate(lines) if line.startswith("ERROR:")), max(0, len(lines) - 3))
        reason = " ".join(line.replace("ERROR: ", "").strip() for line in lines[first:][:6]) or "pip said nothing"
        named = [name for name in names if re.match(r"[\w.-]*", name.lower()).group() in reason.lower()]
        names = named or names
    if any("Retrying" in line for line in lines):
        reason += " (the index could not be reached)"
    return without_passwords("cannot install %s: %s" % (", ".join(names), reason))


def without_passwords(text):
    """Takes the user's part from URLs, which pip does not do everywhere."""
    import re

    return re.sub(r"//[^/@\s]+@", "//***@", text)


# --- The user's code --------------------------------------------------------------------------------------------------

SOURCES = []  # the names under which the user's files stand in tracebacks


class UserError(Exception):
    """Carries what the user's code raised, so that it cannot be taken for an error of this file."""

    def __init__(self, error):
        super().__init__(error)
        self.error = error


class Exited:
    """Stands for the result of code that ended by sys.exit(0)."""


def guarded(action, *arguments):
    """Runs the user's code."""
    try:
        return action(*arguments)
    except Failure:
        raise
    except SystemExit as stop:
        if exit_code(stop) == 0:
            return Exited
        raise UserError(stop) from None
    except BaseException as error:
        raise UserError(error) from None


def exit_code(stop):
    """What the process would have ended with. Only the low byte arrives, and a failure must not become a 0 there."""
    if stop.code is None or isinstance(stop.code, int):
        code = int(stop.code or 0)
        return code & 255 or (USER_ERROR if code else 0)
    return USER_ERROR


def load(config):
    """Executes the sources in a fresh module and returns the component's function and its return annotation's code."""
    shown = config.get("source_name") or config["source"]
    module = types.ModuleType(module_name(config, shown))
    sys.modules[module.__name__] = module  # dataclasses and pickle look there
    namespace = vars(module)
    # [sdk]
    MODULE.update(names=namespace)
    # [/sdk]
    in_image = os.path.abspath(shown)
    path = os.path.join(COMPONENT, config["source"])
    namespace["__file__"] = path if config["lightweight"] or not os.path.exists(in_image) else in_image
    for file in config.get("additional_sources") or []:
        execute(compile_source(file, file, 0), config, namespace)
    # Annotations of a lightweight function were read at plan. Left out here, they can neither name what is not
    # defined here nor be too new for this image's Python (list[int], int | None).
    strip = config["function"] if config["lightweight"] else None
    returns = []
    execute(compile_source(config["source"], shown, config.get("line_offset") or 0, strip, returns), config, namespace)
    function = namespace.get(config["function"])
    function = getattr(function, "python_func", function)  # where the real kfp is installed and has wrapped it
    if not callable(function):
        raise Failure("%s does not define a function %s" % (shown, config["function"]))
    return function, returns


def module_name(config, shown):
    """A file of an image keeps its name, so that what it pickles can be read elsewhere; others get a neutral one."""
    name = os.path.splitext(os.path.basename(shown))[0]
    if config["lightweight"] or not name.isidentifier() or name in sys.modules:
        return "kfp_component"
    return name


def compile_source(file, shown, offset, strip=None, returns=None):
    """Compiles a source so that tracebacks show the user's own file name, line numbers and text."""
    from _ast import Expression, PyCF_ONLY_AST

    try:
        text = read_text(os.path.join(COMPONENT, file), file)
    except OSError as error:
        raise Failure("cannot read the source: %s" % error) from None
    text = "\n" * offset + text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    linecache.cache[shown] = (len(text), None, [line + "\n" for line in text.split("\n")], shown)
    SOURCES.append(shown)
    if strip is None:
        return guarded(compile, text, shown, "exec", 0, True)
    tree = guarded(compile, text, shown, "exec", PyCF_ONLY_AST, True)
    for node in tree.body:
        if getattr(node, "name", None) == strip and hasattr(node, "args"):
            if node.returns:
                returns.append(compile(Expression(node.returns), shown, "eval"))
            strip_annotations(node)
    return guarded(compile, tree, shown, "exec", 0, True)


def strip_annotations(node):
    """Takes the annotations and KFP's decorator from a function's syntax tree; its settings were read at plan."""
    node.returns = None
    arguments = node.args
    lists = getattr(arguments, "posonlyargs", []) + arguments.args + arguments.kwonlyargs
    for argument in lists + [arguments.vararg, arguments.kwarg]:
        if argument:
            argument.annotation = None
    node.decorator_list = [decorator for decorator in node.decorator_list if not is_component(decorator)]


def is_component(decorator):
    """Whether a decorator is component, dsl.component or a call of one."""
    target = getattr(decorator, "func", decorator)
    return getattr(target, "attr", getattr(target, "id", "")) == "component"


def execute(code, config, namespace):
    if config["lightweight"]:
        provide(names_in(code), namespace)
    if guarded(exec, code, namespace) is Exited:
        raise Failure("the source ended by sys.exit(0) before %s was called" % config["function"])


def names_in(code):
    """All names that code and the functions in it use other than as local variables, in quoted annotations too."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= names_in(constant)
        elif isinstance(constant, str) and len(constant) < 200:
            names.update(constant.replace("[", " ").replace("]", " ").replace(",", " ").split())
    return names


def provide(names, namespace):
    """Gives a lightweight function the names that it may use without an import; only the used ones cost time."""
    for name, value in DSL.items():
        namespace.setdefault(name, value)
    if not TYPING.isdisjoint(names):
        import typing

        for name in TYPING.intersection(names):
            if hasattr(typing, name):  # later Pythons may drop some
                namespace.setdefault(name, getattr(typing, name))
    if "dsl" in names or "kfp" in names:
        import kfp.dsl

        namespace.setdefault("kfp", kfp)
        namespace.setdefault("dsl", kfp.dsl)


def call(function, arguments):
    code = getattr(function, "__code__", None)
    names = code.co_varnames[: getattr(code, "co_posonlyargcount", 0)] if code else ()
    result = function(*[arguments.pop(name) for name in names if name in arguments], **arguments)
    if isinstance(result, types.CoroutineType):
        import asyncio

        return asyncio.run(result)
    if isinstance(result, (types.GeneratorType, types.AsyncGeneratorType)):
        raise Failure("%s is a generator (it uses yield); a component returns its value" % located(function))
    return result


def located(function):
    code = getattr(function, "__code__", None)
    name = getattr(function, "__name__", "the function")
    return "%s (%s:%d)" % (name, code.co_filename, code.co_firstlineno) if code else name


# --- Arguments --------------------------------------------------------------------------------------------------------

ARTIFACTS = {cls.__name__: cls for cls in (Artifact, Dataset, Model, Metrics, ClassificationMetrics, HTML, Markdown)}


# [sdk]
ARTIFACTS["SlicedClassificationMetrics"] = SlicedClassificationMetrics


def declare_titles(config):
    """Makes a class of each artifact type with a title of its own, which stands in for the class of the user."""
    declared = [argument["type"] for argument in config.get("arguments") or []]
    for type_ in declared + list((config.get("outputs") or {}).values()):
        while element_type(type_):
            type_ = element_type(type_)
        if "." in type_:
            name = type_[type_.rindex(".") + 1 :]
            ARTIFACTS.setdefault(type_, type(name, (Artifact,), {"schema_title": type_}))


def instances(config, arguments):
    """The arguments as instances of the classes that the function's annotations name, which are there by now."""
    made = dict(arguments)
    for argument in config.get("arguments") or []:
        name, value = keyword(argument), arguments[keyword(argument)]
        if argument["passing"] == "embedded_artifact":
            value = make_artifact(argument["type"], argument["name"], embedded(config), None)
        if argument.get("class"):
            where = '%s "%s"' % ("output" if argument["passing"].startswith("output") else "input", argument["name"])
            value = of_class(value, find_class(argument["class"], where), where)
        made[name] = value
    return made


def find_class(path, where):
    """The class that a dotted name stands for in the user's module."""
    first, *rest = path.split(".")
    found = MODULE["names"].get(first)
    for name in rest:
        found = getattr(found, name, None)
    if not isinstance(found, type):
        raise Failure("%s: the source has no class %s" % (where, path))
    return found


def of_class(value, cls, where):
    """A value as an instance of a class, or a list of them."""
    if isinstance(value, list):
        return [of_class(item, cls, where) for item in value]
    if value is None or isinstance(value, cls):
        return value
    try:
        return artifact_of_class(value, cls, where) if isinstance(value, Artifact) else cls(**value)
    except Failure:
        raise
    except Exception as error:
        reason = "%s: %s" % (type(error).__name__, one_line(error))
        raise Failure("%s makes no %s: %s" % (where, cls.__name__, reason)) from None


def artifact_of_class(artifact, cls, where):
    """An artifact as an instance of the user's class, with the path that it has here."""
    title, wanted = getattr(cls, "schema_title", None), artifact.schema_title
    if title != wanted:
        raise Failure("%s: expected a class with schema_title %r, %s has %r" % (where, wanted, cls.__name__, title))
    if not issubclass(cls, Artifact):  # it is of the real kfp's, where a path is made of the uri
        cls = type(cls.__name__, (cls,), dict(
            path=Artifact.path, set_path=Artifact.set_path, custom_path="", _path=None, __module__=cls.__module__,
        ))  # fmt: skip
    made = cls(name=artifact.name, uri=artifact.uri, metadata=artifact.metadata)
    made.path, made._given_uri = artifact.path, artifact._given_uri
    return made


def embedded(config):
    """Where the files of an EmbeddedInput lie: those that the source brings along, else the component's files."""
    for name in ("__KFP_EMBEDDED_ASSET_FILE", "__KFP_EMBEDDED_ASSET_DIR"):
        if MODULE["names"].get(name):
            return MODULE["names"][name]
    files = config.get("files") or []
    if len(files) == 1:
        return os.path.join(COMPONENT, files[0])
    import shutil

    directory = scratch()
    for file in files:
        shutil.copyfile(os.path.join(COMPONENT, file), os.path.join(directory, file))
    return directory


# [/sdk]
def is_artifact(type_):
    return is_artifact(element_type(type_)) if element_type(type_) else type_ in ARTIFACTS


def read_inputs(path):
    """The texts of the input parameters by name."""
    try:
        items = parse_json(read_text(path, "the inputs file"), "the inputs file")
    except OSError as error:
        raise Failure("cannot read the inputs file: %s" % error) from None
    texts = {}
    for item in items if isinstance(items, list) else [items]:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise Failure("the inputs file is not a list of names and values")
        if isinstance(item.get("value"), str):
            texts[item["name"]] = item["value"]
        elif item.get("value") is not None:
            raise Failure('the inputs file gives "%s" as %s instead of text' % (item["name"], describe(item["value"])))
    return texts


def argument_value(argument, texts):
    """What the function gets for one of its arguments."""
    name, type_, passing = argument["name"], argument["type"], argument["passing"]
    if passing in ("output_artifact", "output_path"):
        if passing == "output_path":
            return os.path.join(OUTPUTS, name)
        # [sdk]
        if passing == "output_artifact":
            uri, packed = address("outputs", name)
            return make_artifact(type_, name, os.path.join(OUTPUTS, name), addressed(type_, "", None, uri, packed))
        # [/sdk]
        return make_artifact(type_, name, os.path.join(OUTPUTS, name), artifact_info(texts, name))
    # [sdk]
    if passing == "embedded_artifact":
        return None  # the source is not loaded yet; instances makes it
    # [/sdk]
    if passing not in ("parameter", "input_artifact", "input_path", "final_status"):
        raise Failure('component.json: argument "%s" is passed as %r' % (name, passing))
    optional = argument.get("optional", False)
    if is_artifact(type_):
        value = input_artifact(name, type_, optional, texts)
        # [sdk]
        value = flat(value) if KFP and isinstance(value, list) else value
        # [/sdk]
        return paths_of(value) if passing == "input_path" else value
    if name not in texts and not optional:
        raise Failure('input "%s": no value was given' % name)
    value = read_value(texts[name], type_, optional, 'input "%s"' % name) if name in texts else None
    if passing == "input_path" and value is not None:
        path = os.path.join(scratch(), name)
        write_file(path, (value if type_ == "string" else to_json(value)).encode("utf-8"))
        return path
    return final_status(value or {}) if passing == "final_status" else value


def final_status(fields):
    """The object of what travels, which has KFP's keys."""
    error = fields.get("error") or {}
    return PipelineTaskFinalStatus(
        fields.get("state", ""), fields.get("pipelineJobResourceName", ""), fields.get("pipelineTaskName", ""),
        error.get("code"), error.get("message"),
    )  # fmt: skip


def artifact_info(texts, name):
    """What the producer told of an artifact (a dictionary), or of each in a list of artifacts; None: nothing."""
    text = texts.get(HIDDEN + name)
    if not text or text == ABSENT:
        return None
    return map_strings(parse_json(text, 'the metadata of "%s"' % name), decode)


def input_artifact(name, type_, optional, texts):
    info, path = artifact_info(texts, name), os.path.join(INPUTS, name)
    if optional and info in (None, {}) and not os.path.exists(path):
        return None
    # [sdk]
    info = addressed(type_, path, info, *address("inputs", name))
    # [/sdk]
    return read_artifact(type_, name, path, info)


# [sdk]
# Argo tells its executor where it takes artifacts from and where it leaves them, in a file that each container can read.
# What is in the artifact repository has no more than a key there; the rest is said once.
EXECUTOR = os.environ.get("KFP_EXECUTOR_FILE") or "/var/run/argo/template"
ADDRESSES = {
    "s3": "s3://{bucket}/{key}",
    "gcs": "gs://{bucket}/{key}",
    "oss": "oss://{bucket}/{key}",
    "azure": "{endpoint}/{container}/{key}",
}


def address(direction, name):
    """Where an artifact lies, or will lie; "": Argo does not say. And whether it is packed there."""
    try:
        template = json.loads(read_text(EXECUTOR, EXECUTOR))
        artifacts = template.get(direction, {}).get("artifacts") or []
        artifact, repository = next(a for a in artifacts if a["name"] == name), template.get("archiveLocation") or {}
        own, repository = ([(a[k], k) for k in ADDRESSES if a.get(k)] for a in (artifact, repository))
        if not own and direction == "outputs":  # beside the others of its pod
            own = [(dict(repository[0][0], key="%s/%s.tgz" % (key_of(repository[0][0]), name)), repository[0][1])]
        place, kind = next(at for at in own + repository if at[0].get("bucket") or at[0].get("container"))
        return ADDRESSES[kind].format(**dict(place, key=key_of(own[0][0]))), "none" not in artifact.get("archive", {})
    except Exception:  # it has none, or this is not the pod of an Argo that says it so
        return "", True


def key_of(place):
    return place.get("key") or place["blob"]


def addressed(type_, path, info, uri, packed):
    """What is told of an artifact, or of each in a list of artifacts, with its address."""
    if isinstance(info, str):  # Argo collects the outputs of a loop as texts
        info = parse_json(info, "the metadata of the artifacts in %s" % path) if info else None
    element = element_type(type_)
    if not uri or not isinstance(info or {}, list if element and info else dict):
        return info
    if not element:  # that of an import is the text as it was given, with options, and has no digest of a content
        info = info or {}
        return info if info.get("uri") and info.get("digest") else dict(info, uri=uri)
    if packed or not os.path.isdir(path):
        return info  # what is packed has no address of its own
    found = sorted(filter(str.isdigit, os.listdir(path)), key=int)
    infos = info or [None] * len(found)
    if sum(not is_empty_list(element, item) for item in infos) != len(found):
        return info  # reading them tells
    places = iter(found)

    def within(item):
        place = next(places)
        return addressed(element, os.path.join(path, place), item, "%s/%s" % (uri, place), packed)

    return [item if is_empty_list(element, item) else within(item) for item in infos]


# [/sdk]
def read_artifact(type_, name, path, info):
    element = element_type(type_)
    if not element:
        if not os.path.exists(path):
            raise Failure('input "%s": the artifact is missing at %s' % (name, path))
        return make_artifact(type_, name, path, info)
    if isinstance(info, str):  # Argo collects the outputs of a loop as texts
        info = parse_json(info, 'the metadata of "%s"' % name) if info else None
    # Each lies under its index. Those of the iterations of a loop that were skipped are missing, and empty lists.
    found = sorted(filter(str.isdigit, os.listdir(path)), key=int) if os.path.isdir(path) else []
    infos = info if isinstance(info, list) else [None] * len(found)
    expected = sum(not is_empty_list(element, item) for item in infos)
    if len(found) != expected:
        raise Failure('input "%s": expected %d artifacts in %s, got %d' % (name, expected, path, len(found)))
    places = iter(found)

    def read(item):
        if is_empty_list(element, item):
            return []
        place = next(places)
        return read_artifact(element, "%s-%s" % (name, place), os.path.join(path, place), item)

    return [read(item) for item in infos]


def is_empty_list(type_, info):
    return bool(element_type(type_)) and info in ([], "[]")


def make_artifact(type_, name, path, info):
    if isinstance(info, str):  # Argo collects the outputs of a loop as texts
        info = parse_json(info, 'the metadata of "%s"' % name) if info else None
    info = info or {}
    if type_ not in ARTIFACTS or not isinstance(info, dict) or not isinstance(info.get("metadata") or {}, dict):
        raise Failure('the metadata of "%s": expected that of one %s, got %s' % (name, type_, describe(info)))
    artifact = ARTIFACTS[type_](name, info.get("uri"), info.get("metadata"))
    artifact.path, artifact._given_uri = path, artifact.uri
    return artifact


def paths_of(value):
    return [paths_of(item) for item in value] if isinstance(value, list) else value and value.path


# --- Outputs ----------------------------------------------------------------------------------------------------------


def write_outputs(config, arguments, result, function, returns):
    """Writes what the function returned and completes what it wrote itself; tells everything that is wrong at once."""
    outputs, problems = config.get("outputs") or {}, []
    written = {a["name"]: a for a in config.get("arguments") or [] if a["passing"].startswith("output_")}
    try:
        returned = returned_values(config, sorted(set(outputs) - set(written)), result, function, returns)
    except Failure as failure:
        returned, problems = {}, [str(failure)]
    for name in sorted(set(written) | set(returned)):
        type_ = written[name]["type"] if name in written else outputs[name]
        try:
            if name in returned:
                write_returned(name, type_, returned[name])
            elif is_artifact(type_):
                write_artifact(name, type_, arguments[keyword(written[name])])
            else:
                complete_parameter(name, type_)
        except Failure as failure:
            problems.append(str(failure))
    if problems:
        raise Failure("%s: %s" % (located(function), "; ".join(problems)))


def keyword(argument):
    """The Python name of an argument, where it is not that of the input or output."""
    return argument.get("keyword") or argument["name"]


def returned_values(config, names, result, function, returns):
    """The function's result as values by output name."""
    if result is Exited and names:
        raise Failure("ended by sys.exit(0) before it returned %s" % ", ".join('"%s"' % name for name in names))
    if {"none": not names, "value": len(names) == 1, "named": True}.get(config["returns"]) is not True:
        raise Failure("component.json: %r does not fit the outputs %s" % (config["returns"], names))
    if config["returns"] == "none":
        if result is not None and result is not Exited:
            raise Failure("returned %s but declares no output: annotate what it returns" % describe(result))
        return {}
    if config["returns"] == "value":
        return {names[0]: result}
    fields = getattr(result, "_fields", None)
    if fields is None and isinstance(result, tuple):
        fields = declared_fields(function, returns)
    if not isinstance(result, tuple) or fields is None:
        raise Failure("expected a NamedTuple with %s, got %s" % (", ".join(names), describe(result)))
    if sorted(fields) != names or len(fields) != len(result):
        raise Failure("expected a NamedTuple with %s, got one with %s" % (", ".join(names), ", ".join(fields)))
    return dict(zip(fields, result))


def declared_fields(function, returns):
    """The field names of the NamedTuple that the function's signature declares, for one that returns a plain tuple."""
    import typing

    namespace = getattr(function, "__globals__", {})
    annotation = returns[0] if returns else getattr(function, "__annotations__", {}).get("return")
    try:
        if isinstance(annotation, (str, types.CodeType)):
            annotation = eval(annotation, dict(vars(typing), **namespace))
    except Exception as error:
        raise Failure("returned a plain tuple, whose field names are unknown here: %s" % error) from None
    return getattr(annotation, "_fields", None)


def write_returned(name, type_, value):
    # [sdk]
    value = as_artifact(name, type_, value) if is_artifact(type_) else dumped(value)
    # [/sdk]
    if not is_artifact(type_):
        write_file(os.path.join(OUTPUTS, name), value_bytes(value, type_, 'output "%s"' % name))
    else:
        write_artifact(name, type_, value)


# [sdk]
def as_artifact(name, type_, value):
    """What is returned for an artifact. Plain data is written as its text, as KFP does."""
    if element_type(type_) or value is None and not KFP:
        return value
    path, title = os.path.join(OUTPUTS, name), getattr(value, "schema_title", None)
    if title and (not KFP or title == ARTIFACTS[type_].schema_title):
        return value
    made = make_artifact(type_, name, path, None)
    if title:  # KFP does not compare the types
        made.uri, made.metadata, made.path = value.uri, value.metadata, value.path
    elif value is not None:
        write_file(path, str(value).encode("utf-8"))
    return made


# [/sdk]
def complete_parameter(name, type_):
    """Checks and encodes a parameter that the user wrote to its OutputPath."""
    path, where = os.path.join(OUTPUTS, name), 'output "%s"' % name
    if not os.path.isfile(path):
        raise Failure("%s was not written: no file is at %s" % (where, path))
    text = read_text(path, where)
    # [sdk]
    if KFP:
        value = value_of_text(text, type_, where)
        return write_file(path, value_bytes(value, untyped(type_), where))
    # [/sdk]
    value = text if type_ == "string" else parse_json(text, where)
    write_file(path, value_bytes(value, type_, where))


def write_artifact(name, type_, artifact):
    path, where = os.path.join(OUTPUTS, name), 'output "%s"' % name
    if isinstance(artifact, str):  # an OutputPath
        artifact = make_artifact(type_, name, path, None)
    info = store_artifact(type_, path, artifact, where)
    write_file(os.path.join(OUTPUTS, HIDDEN + name), to_json(map_strings(info, encode)).encode("utf-8"))


def store_artifact(type_, path, artifact, where):
    """Sees to it that the artifact lies at path, and returns what its consumers are told of it."""
    element = element_type(type_)
    if element:
        if not isinstance(artifact, list):
            raise Failure("%s: expected %s, got %s" % (where, type_, describe(artifact)))
        os.makedirs(path, exist_ok=True)
        items = enumerate(artifact)
        return [store_artifact(element, os.path.join(path, str(i)), item, "%s[%d]" % (where, i)) for i, item in items]
    title = getattr(artifact, "schema_title", None)  # not isinstance: it may be of the real kfp's classes
    if title is None or type_ != "Artifact" and title != ARTIFACTS[type_].schema_title:
        raise Failure("%s: expected %s, got %s" % (where, type_, describe(artifact)))
    metadata = check(artifact.metadata, "struct", "%s, metadata" % where)
    uri = check(artifact.uri or "", "string", "%s, uri" % where)
    foreign = uri != getattr(artifact, "_given_uri", "") and not uri.startswith("file://")
    move_to(path, artifact.path)
    # [sdk]
    if KFP and not os.path.exists(path) and not foreign and not title.endswith("Metrics"):
        write_file(path, b"")  # KFP says nothing when an artifact was not written; Argo wants a file
    # [/sdk]
    if not os.path.exists(path):
        if not foreign and not title.endswith("Metrics"):
            raise Failure("%s was not written: nothing is at %s" % (where, path))
        # Metrics are all in the metadata, and other artifacts may lie where their uri says, but Argo wants a file.
        write_file(path, to_json(metadata).encode("utf-8") if title.endswith("Metrics") else b"")
    info = {"metadata": metadata, "digest": digest(path)}
    return dict(info, uri=uri) if foreign else info


def digest(path):
    """Identifies the content of a file or a directory, for caches."""
    import hashlib

    total = hashlib.blake2b(digest_size=16)
    files = [path]
    if os.path.isdir(path):
        files = sorted(os.path.join(root, name) for root, _, names in os.walk(path) for name in names)
    for name in files:
        total.update(os.path.relpath(name, path).encode("utf-8", "surrogateescape") + b"\0")
        if not os.path.isfile(name):  # a link to nothing
            continue
        total.update(b"%d\0" % os.path.getsize(name))
        with open(name, "rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                total.update(block)
    return total.hexdigest()


def move_to(path, source):
    """Brings an artifact that the user put elsewhere to path. Only what get_uri placed is moved, the rest copied."""
    if not source or not os.path.exists(source) or os.path.exists(path):
        return
    if os.path.abspath(source).startswith(os.path.join(OUTPUTS, ".artifacts", "")):
        os.replace(source, path)
        return
    import shutil

    (shutil.copytree if os.path.isdir(source) else shutil.copyfile)(source, path)


# --- The run and its end ----------------------------------------------------------------------------------------------


def run(arguments):
    if len(arguments) != 1:
        raise Failure("usage: kfp_runtime.py INPUTS_FILE")
    config = read_config()
    # [sdk]
    global KFP
    KFP = config.get("kfp", False)
    declare_titles(config)
    # [/sdk]
    texts = read_inputs(arguments[0])
    prepare(config)
    arguments = {keyword(argument): argument_value(argument, texts) for argument in config.get("arguments") or []}
    if config.get("packages"):
        install(config)
    function, returns = load(config)
    # [sdk]
    arguments = instances(config, arguments)
    # [/sdk]
    result = guarded(call, function, dict(arguments))
    write_outputs(config, arguments, result, function, returns)


def read_config():
    path = os.path.join(COMPONENT, "component.json")
    try:
        config = parse_json(read_text(path, path), path)
    except OSError as error:
        raise Failure("cannot read the component: %s" % error) from None
    missing = [key for key in ("function", "source", "lightweight", "returns") if key not in config]
    missing += [file for file in config.get("files") or [] if not os.path.exists(os.path.join(COMPONENT, file))]
    if missing:
        raise Failure("the component is incomplete: it lacks %s" % ", ".join(missing))
    return config


def prepare(config):
    """Makes the process look to the user's code as if it had been started by itself."""
    os.makedirs(OUTPUTS, exist_ok=True)
    os.environ["KFP_COMPONENT_DIR"] = COMPONENT  # where the component's data files are
    if not any(os.access(path, os.W_OK) for path in (os.environ.get("TMPDIR") or "/tmp", "/tmp", "/var/tmp")):
        os.environ["TMPDIR"] = scratch()
    if not getattr(sys.flags, "safe_path", sys.flags.isolated):
        sys.path.insert(0, START)
    sys.meta_path.append(StubFinder)
    sys.argv = [os.path.join(COMPONENT, config["source"])]


def place_of(error):
    """Where an exception arose: the innermost line of the user's own files, else the innermost of all."""
    home = os.path.join(START, "") if START != "/" else None
    innermost, own, trace = None, None, error.__traceback__
    while trace:
        file = trace.tb_frame.f_code.co_filename
        if file != THIS_FILE:
            innermost = (file, trace.tb_lineno)
            if file in SOURCES:
                own = innermost
            elif home and file.startswith(home) and "site-packages" not in file:
                own = (file[len(home) :], trace.tb_lineno)
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.filename in SOURCES:
        own = (error.filename, error.lineno or 0)
    return " (%s:%d)" % (own or innermost) if own or innermost else ""


def essence(error):
    """An exception in one line."""
    if isinstance(error, SystemExit):
        return "sys.exit(%s)%s" % (one_line(masked(repr(error.code))), place_of(error))
    name = class_name(type(error))
    try:
        message = one_line(masked(str(error.msg if isinstance(error, SyntaxError) else error)))
    except Exception:
        message = "(its message cannot be shown)"
    advice = "; add its package to packages, or to the image" if type(error) is ModuleNotFoundError else ""
    return (name + ": " + message if message else name) + place_of(error) + advice


def one_line(text, limit=1000):
    text = " ".join(str(text).split())
    return text if len(text) <= limit else text[:limit] + "…"


def print_traceback(error):
    """Prints a traceback without the frames of this file, which are of no interest to the user."""
    import traceback

    trace = traceback.TracebackException(type(error), error, error.__traceback__)
    todo = [] if os.environ.get("KFP_DEBUG") else [trace]
    while todo:
        part = todo.pop()
        frames = [frame for frame in part.stack if frame.filename != THIS_FILE]
        while frames and os.sep + "asyncio" + os.sep in frames[0].filename:  # asyncio.run, which call uses
            del frames[0]
        part.stack[:] = frames
        todo += filter(None, [part.__cause__, part.__context__] + list(getattr(part, "exceptions", None) or []))
    sys.__stderr__.write(masked("".join(trace.format())))


def report(message):
    """Says in the last line of the log, and to Kubernetes, why the component failed."""
    message = masked(message)
    print("kfp: " + message, file=sys.__stderr__, flush=True)
    try:
        log = os.open(os.environ.get("KFP_TERMINATION_LOG") or "/dev/termination-log", os.O_WRONLY | os.O_TRUNC)
        with open(log, "wb") as file:
            file.write(message.encode("utf-8", "replace"))
    except OSError:
        pass  # not in a pod


def main():
    try:
        run(sys.argv[1:])
        return 0
    except UserError as ended:
        error, code = ended.error, USER_ERROR
        message = essence(error)
    except Failure as failure:
        error, code = failure, failure.code
        message = one_line(masked(str(failure)))
    except Exception as unexpected:
        error, code = unexpected, CONTRACT_ERROR
        message = "the component could not be run: " + essence(unexpected)
    if isinstance(error, SystemExit):
        code = exit_code(error)
        if not isinstance(error.code, int):
            print(masked(str(error.code)), file=sys.__stderr__)
    elif not isinstance(error, Failure) or os.environ.get("KFP_DEBUG"):
        print_traceback(error)
    report(message)
    return code


if __name__ == "__main__":
    sys.exit(main())
if __name__ == "__mp_main__":  # a worker process of multiprocessing, which may import the user's module
    sys.meta_path.append(StubFinder)
