#include "platforms/replay/counts.h"

namespace doorbell::replay {

ReplayCounts& ReplayCounts::operator+=(const ReplayCounts& other) {
  released += other.released;
  done += other.done;
  maps += other.maps;
  unmaps += other.unmaps;
  submits += other.submits;
  handles += other.handles;
  smmu_commands += other.smmu_commands;
  its_commands += other.its_commands;
  reads += other.reads;
  writes += other.writes;
  bytes += other.bytes;
  msis += other.msis;
  msis_taken += other.msis_taken;
  msis_joined += other.msis_joined;
  msis_lost += other.msis_lost;
  flushes += other.flushes;
  refused += other.refused;
  failed += other.failed;
  return *this;
}

}  // namespace doorbell::replay
