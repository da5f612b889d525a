#include "doorbell/smmu/arch/permissions.h"

namespace doorbell::smmu {

TableLimits TableLimits::combine(const TableLimits& lower) const {
  return {read_only || lower.read_only, no_unprivileged || lower.no_unprivileged,
          unprivileged_execute_never || lower.unprivileged_execute_never,
          privileged_execute_never || lower.privileged_execute_never};
}

Permissions stage1_permissions(const Stage1Rights& rights, const TableLimits& limits) {
  const bool writable = !rights.read_only && !limits.read_only;
  const bool unprivileged = rights.unprivileged && !limits.no_unprivileged;
  const bool unprivileged_write = unprivileged && writable;
  const bool privileged_data = !(rights.PAN && unprivileged);
  // Writable by unprivileged code means never executable by privileged code; WXN extends that.
  const bool privileged_execute = !rights.privileged_execute_never &&
                                  !limits.privileged_execute_never && !unprivileged_write &&
                                  !(rights.WXN && writable);
  const bool unprivileged_execute = !rights.unprivileged_execute_never &&
                                    !limits.unprivileged_execute_never &&
                                    !(rights.WXN && unprivileged_write);
  return Permissions()
      .with({.write = false, .privileged = true}, privileged_data)
      .with({.write = true, .privileged = true}, privileged_data && writable)
      .with({.write = false, .privileged = false}, unprivileged)
      .with({.write = true, .privileged = false}, unprivileged_write)
      .with({.privileged = true, .instruction = true}, privileged_execute)
      .with({.privileged = false, .instruction = true}, unprivileged_execute);
}

}  // namespace doorbell::smmu
