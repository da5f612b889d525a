#pragma once

#include <string_view>

#include "traces/format/line_reader.h"
#include "traces/import/recording.h"

namespace doorbell::trace {

// The last column of a row, whose form depends on the row's op. Mistakes end with InputError at the
// reader's line.

/// "sqe queue=0", "data", ...: what the access was for.
void parse_access_kind(const LineReader& lines, std::string_view detail, Access& access);
/// "event=0 device=8 intid=8192 collection=0", or less of it.
void parse_msi(const LineReader& lines, std::string_view detail, MsiRow& row);
/// "queue=0 value=1"
DoorbellRow parse_doorbell(const LineReader& lines, std::string_view detail, bool completion);
/// "SMMU_CMD_SYNC"
SmmuRow parse_smmu(const LineReader& lines, std::string_view detail);
/// "vmid=0 asid=1 addr=0xffffc000 tg=1 num_pages=0x1 ttl=3 leaf=1"
TlbiRangeRow parse_tlbi_range(const LineReader& lines, std::string_view detail);
/// "MAPTI DeviceID 0x8 EventID 0x0 ICID 0x0 pINTID 0x2000"
ItsRow parse_its(const LineReader& lines, std::string_view detail);

}  // namespace doorbell::trace
