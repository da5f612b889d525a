# The training run of DoorbellProfileGuided: the lane of hits, one of misses, many functions, and the recordings.
function(run)
  execute_process(COMMAND ${ARGV} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(bench ${build}/tests/bench/msi_bench --no-bare)
run(${bench} --messages 100000)
run(${bench} --messages 20000 --functions 64 --outstanding 128)
run(${bench} --messages 10000 --functions 64 --endpoints 64 --vectors 1)
run(${bench} --messages 10000 --functions 64 --vectors 1 --thrash)
file(GLOB recordings ${source}/traces/workloads/*.trace.gz)
foreach(recording IN LISTS recordings)
  run(${build}/platforms/doorbell run ${source}/platforms/virt.yaml --workload ${recording})
endforeach()
