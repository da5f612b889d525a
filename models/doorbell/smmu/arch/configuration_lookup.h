#pragma once

#include <optional>

#include "doorbell/smmu/arch/table_access.h"

namespace doorbell::smmu {

/// Why a valid STE lets no transaction of `stream` pass; an STE that aborts says nothing.
EventType refused(const StreamTableEntry& ste, const Stream& stream);
/// Whether transactions of `stream`, which an STE lets pass, are translated by a CD.
bool needs_cd(const StreamTableEntry& ste, const Stream& stream);

/// What `fetch_configuration` would end with, if nothing is to be fetched: `configuration` has all
/// that a transaction of `stream` needs.
std::optional<Fault> known_end(const StreamConfiguration& configuration, const Stream& stream);

/// Fetches what `configuration` lacks: the STE of a stream, which the table contains, and the CD if
/// one is needed (IHI 0070 3.3). Faults: C_BAD_STREAMID, F_STE_FETCH, C_BAD_STE, C_BAD_SUBSTREAMID,
/// F_STREAM_DISABLED, F_CD_FETCH, C_BAD_CD (7.3.22), and with stage 2 its faults on the way to the
/// CD, whose address and that of an L1CD are IPAs then (5.2, S1ContextPtr). An STE that aborts has
/// none. What is passed outlives the task.
Task<Fault> fetch_configuration(const GlobalConfiguration& global, const Stream& stream,
                                StreamConfiguration& configuration, TableAccess& tables);

}  // namespace doorbell::smmu
