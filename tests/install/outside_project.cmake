# Makes a Debian package of BUILD_DIR, installs it in an empty root, and uses it there: the command replays a workload of the
# package, EXAMPLES_DIR is built against the libraries, headers and sources of the package alone, and run, and the
# command reads what the examples wrote. The root isn't /, so this also shows that what is installed may be moved.
# `cmake --install` must give the same files.
function(step what)
  message(STATUS "${what}")
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${what}: status ${status}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${SCRATCH_DIR})
step("Packing" ${CPACK} --config ${BUILD_DIR}/CPackConfig.cmake -B ${SCRATCH_DIR}/packages)
file(GLOB package ${SCRATCH_DIR}/packages/doorbell_${VERSION}_*.deb)
list(LENGTH package count)
if(NOT count EQUAL 1)
  message(FATAL_ERROR "There is no package doorbell_${VERSION}_*.deb, or several: ${package}")
endif()

# dpkg keeps its records of an empty root in that root; what the package depends on is in the machine's own.
set(root ${SCRATCH_DIR}/root)
file(MAKE_DIRECTORY ${root}/var/lib/dpkg/info ${root}/var/lib/dpkg/updates)
file(TOUCH ${root}/var/lib/dpkg/status ${root}/var/lib/dpkg/available)
step("Installing in an empty root" dpkg --root=${root} --force-not-root --force-depends --log=${SCRATCH_DIR}/dpkg.log
  --install ${package})
step("Asking for it" dpkg-query --admindir=${root}/var/lib/dpkg --show --showformat "\${Status}\n\${Depends}" doorbell)
if(NOT output MATCHES "^install ok installed")
  message(FATAL_ERROR "dpkg says of it: ${output}")
endif()
# What it depends on is known to this distribution: what is installed here, as scripts/packages.txt lists it.
string(REGEX REPLACE "^[^\n]*\n" "" depends "${output}")
string(REGEX REPLACE " *\\([^)]*\\)" "" depends "${depends}")
string(REGEX REPLACE ", *" ";" depends "${depends}")
step("Looking for what it depends on" dpkg-query --show ${depends})

step("Installing in a prefix" ${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${SCRATCH_DIR}/prefix)
file(GLOB_RECURSE packed RELATIVE ${root}/usr ${root}/usr/*)
file(GLOB_RECURSE installed RELATIVE ${SCRATCH_DIR}/prefix ${SCRATCH_DIR}/prefix/*)
if(NOT packed STREQUAL installed)
  message(FATAL_ERROR "The package has ${packed}\nand cmake --install gives ${installed}")
endif()
file(REMOVE_RECURSE ${SCRATCH_DIR}/prefix)

# The source tree may be gone: nothing installed may point back at it.
file(GLOB_RECURSE package_files ${root}/usr/*.cmake)
foreach(file IN LISTS package_files)
  file(READ ${file} text)
  foreach(directory ${BUILD_DIR} ${EXAMPLES_DIR} ${SCRATCH_DIR}/packages)
    string(FIND "${text}" "${directory}" position)
    if(NOT position EQUAL -1)
      message(FATAL_ERROR "${file} names ${directory}")
    endif()
  endforeach()
endforeach()

set(doorbell ${root}/usr/bin/doorbell)
step("Replaying a workload of the package" ${doorbell} run ${root}/usr/share/doorbell/platforms/virt.yaml
  --with ideal --workload ${root}/usr/share/doorbell/workloads/nvme_seqwrite.trace.gz --stats ${SCRATCH_DIR}/stats.json)
step("Finding platform, preset and workload of the package by name"
  ${doorbell} run virt --with eight-drives --workload nvme_seqwrite)
file(WRITE ${SCRATCH_DIR}/plan.yaml "platform: virt\nwith: [ideal]\nworkloads: [nvme_seqwrite]\naxes: {processors: [4, 8]}\n")
step("Finding them from a plan" ${doorbell} sweep ${SCRATCH_DIR}/plan.yaml -o ${SCRATCH_DIR}/sweep)
if(NOT output MATCHES "2 done, 0 failed")
  message(FATAL_ERROR "A sweep of the package's platform says ${output}")
endif()
foreach(schema platform workload)
  file(READ ${root}/usr/share/doorbell/schema/${schema}.json text)
  string(JSON title GET "${text}" title)
endforeach()
file(READ ${SCRATCH_DIR}/stats.json stats)
string(JSON version GET "${stats}" version)
string(JSON balanced GET "${stats}" conservation balanced)
if(NOT version STREQUAL VERSION OR NOT balanced)
  message(FATAL_ERROR "The command of the package is of version ${version}, its run balanced: ${balanced}")
endif()

# Without C there are no drivers, which says who asks for them; nobody else needs it.
foreach(components "" "COMPONENTS sw")
  file(WRITE ${SCRATCH_DIR}/plain/CMakeLists.txt
    "cmake_minimum_required(VERSION 3.25)\nproject(Plain LANGUAGES CXX)\nfind_package(Doorbell REQUIRED ${components})\n")
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${SCRATCH_DIR}/plain -B ${SCRATCH_DIR}/plain/build -G ${GENERATOR}
      -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_PREFIX_PATH=${root}/usr
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " output "${output}")
  if(components STREQUAL "" AND NOT status EQUAL 0)
    message(FATAL_ERROR "A project without C: ${output}")
  elseif(NOT components STREQUAL "" AND (status EQUAL 0 OR NOT output MATCHES "add C to the LANGUAGES of project"))
    message(FATAL_ERROR "A project without C that wants drivers: ${output}")
  endif()
endforeach()

step("Configuring the examples" ${CMAKE_COMMAND} -S ${EXAMPLES_DIR} -B ${SCRATCH_DIR}/build -G ${GENERATOR}
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_PREFIX_PATH=${root}/usr "-DCMAKE_CXX_FLAGS=-std=gnu++20 -Wall -O0")
step("Building them" ${CMAKE_COMMAND} --build ${SCRATCH_DIR}/build)
foreach(example smmu gic endpoint virt)
  set(statistics ${SCRATCH_DIR}/build/${example}.json)
  step("Running ${example}" ${CTEST} --test-dir ${SCRATCH_DIR}/build --no-tests=error --output-on-failure -R "^${example}$")
  step("Reporting on ${example}" ${doorbell} report ${statistics} -o ${SCRATCH_DIR}/${example}.html)
  step("Comparing ${example} with itself" ${doorbell} compare ${statistics} ${statistics})
endforeach()
foreach(example gic virt)
  step("Explaining ${example}" ${doorbell} explain ${SCRATCH_DIR}/build/${example}.json)
  if(NOT output MATCHES "slowest MSIs")
    message(FATAL_ERROR "The explanation of ${example} is ${output}")
  endif()
endforeach()
