package runtime

import "strings"

// names are what a lightweight function may use without an import. A test compares them with kfp_runtime.py.
const names = `kfp dsl __file__
Artifact ClassificationMetrics Collected ConcatPlaceholder Condition ContainerSpec Dataset Elif Else ExitHandler HTML If
IfPresentPlaceholder Input InputPath Markdown Metrics Model OneOf Output OutputPath ParallelFor PipelineConfig PipelineTask
PipelineTaskFinalStatus SlicedClassificationMetrics TaskConfig component container_component get_uri graph_component importer
notebook_component pipeline
AbstractSet Any AnyStr AsyncContextManager AsyncGenerator AsyncIterable AsyncIterator Awaitable ByteString Callable ChainMap
ClassVar Collection Container ContextManager Coroutine Counter DefaultDict Deque Dict Final ForwardRef FrozenSet Generator
Generic Hashable ItemsView Iterable Iterator KeysView List Literal Mapping MappingView MutableMapping MutableSequence MutableSet
NamedTuple NewType NoReturn Optional OrderedDict Protocol Reversible Sequence Set Sized SupportsAbs SupportsBytes SupportsComplex
SupportsFloat SupportsIndex SupportsInt SupportsRound TYPE_CHECKING Text Tuple Type TypeVar TypedDict Union ValuesView cast final
get_args get_origin get_type_hints no_type_check no_type_check_decorator overload runtime_checkable`

// sdkNames are what is defined beside them where a component needs KFP's SDK.
const sdkNames = `EmbeddedInput
PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER PIPELINE_JOB_ID_PLACEHOLDER PIPELINE_JOB_NAME_PLACEHOLDER
PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER PIPELINE_JOB_SCHEDULE_TIME_UTC_PLACEHOLDER PIPELINE_ROOT_PLACEHOLDER
PIPELINE_TASK_EXECUTOR_INPUT_PLACEHOLDER PIPELINE_TASK_EXECUTOR_OUTPUT_PATH_PLACEHOLDER PIPELINE_TASK_ID_PLACEHOLDER
PIPELINE_TASK_NAME_PLACEHOLDER WORKSPACE_PATH_PLACEHOLDER`

// SDKNames returns the names of kfp.dsl that only a component which needs KFP's SDK finds defined.
func SDKNames() []string { return strings.Fields(sdkNames) }

// Names returns the names that the runtime defines for a lightweight function, beside Python's builtins: kfp, dsl,
// those of kfp.dsl, and those of typing in Python 3.8.
func Names() []string { return strings.Fields(names) }
