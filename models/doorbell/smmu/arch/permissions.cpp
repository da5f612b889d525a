#include "doorbell/smmu/arch/permissions.h"

namespace doorbell::smmu {

TableLimits TableLimits::combine(const TableLimits& lower) const {
  return {read_only || lower.read_only, no_unprivileged || lower.no_unprivileged,
          unprivileged_execute_never || lower.unprivileged_execute_never,
          privileged_execute_never || lower.privileged_execute_never};
}

namespace {

/// Who may read, write and execute what: an unprivileged access and a privileged one.
struct Allowed {
  bool read, write, execute;
};

Permissions permissions(const Allowed& unprivileged, const Allowed& privileged) {
  return Permissions()
      .with({.write = false, .privileged = true}, privileged.read)
      .with({.write = true, .privileged = true}, privileged.write)
      .with({.privileged = true, .instruction = true}, privileged.execute)
      .with({.write = false, .privileged = false}, unprivileged.read)
      .with({.write = true, .privileged = false}, unprivileged.write)
      .with({.privileged = false, .instruction = true}, unprivileged.execute);
}

Permissions of_one_privilege(const Stage1Rights& rights, const TableLimits& limits) {
  const bool writable = !rights.read_only && !limits.read_only;
  const bool execute = !rights.unprivileged_execute_never && !limits.unprivileged_execute_never &&
                       !(rights.WXN && writable);
  const Allowed allowed{true, writable, execute};
  return permissions(allowed, allowed);
}

}  // namespace

Permissions stage1_permissions(const Stage1Rights& rights, const TableLimits& limits) {
  if (rights.one_privilege) return of_one_privilege(rights, limits);
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
  return permissions({unprivileged, unprivileged_write, unprivileged_execute},
                     {privileged_data, privileged_data && writable, privileged_execute});
}

Permissions stage2_permissions(unsigned S2AP, unsigned XN) {
  const bool read = (S2AP & 1) != 0;
  const bool write = (S2AP & 2) != 0;
  const bool unprivileged_execute = XN == 0 || XN == 1;
  const bool privileged_execute = XN == 0 || XN == 3;
  return permissions({read, write, unprivileged_execute}, {read, write, privileged_execute});
}

}  // namespace doorbell::smmu
