#include "doorbell/pcie/arch/nvme/registers.h"

namespace doorbell::pcie::nvme {
namespace {

constexpr auto RO = RegisterAccess::read_only;
constexpr auto RW = RegisterAccess::read_write;

constexpr std::uint64_t timeout = 15;  // CAP.TO: 7.5 s in units of 500 ms
constexpr std::uint64_t nvm_command_set = 1;

constexpr std::uint64_t cap = CAP::MQES.make(most_queue_entries - 1) | CAP::CQR.make(1) |
                              CAP::TO.make(timeout) | CAP::CSS.make(nvm_command_set);
constexpr std::uint64_t version_1_4 = 0x0001'0400;
constexpr std::uint64_t cc_fields = 0x00ff'fff1;
constexpr std::uint64_t aqa_fields = 0x0fff'0fff;
constexpr std::uint64_t queue_base = ~std::uint64_t{0xfff};

constexpr RegisterInfo table[] = {
    {"CAP", 0x00, 8, cap, RO, "NVMe 1.4 3.1.1"},
    {"VS", 0x08, 4, version_1_4, RO, "NVMe 1.4 3.1.2"},
    {"INTMS", 0x0c, 4, 0, RW, "NVMe 1.4 3.1.3"},
    {"INTMC", 0x10, 4, 0, RW, "NVMe 1.4 3.1.4"},
    {"CC", 0x14, 4, 0, RW, "NVMe 1.4 3.1.5", 1, 0, cc_fields},
    {"CSTS", 0x1c, 4, 0, RO, "NVMe 1.4 3.1.6"},
    {"AQA", 0x24, 4, 0, RW, "NVMe 1.4 3.1.8", 1, 0, aqa_fields},
    {"ASQ", 0x28, 8, 0, RW, "NVMe 1.4 3.1.9", 1, 0, queue_base},
    {"ACQ", 0x30, 8, 0, RW, "NVMe 1.4 3.1.10", 1, 0, queue_base},
    {"CMBLOC", 0x38, 4, 0, RO, "NVMe 1.4 3.1.11"},
    {"CMBSZ", 0x3c, 4, 0, RO, "NVMe 1.4 3.1.12"},
};

}  // namespace

std::span<const RegisterInfo> register_table() {
  return table;
}

bool can_start(std::uint64_t cc, std::uint64_t aqa) {
  return CC::MPS.get(cc) == 0 && CC::CSS.get(cc) == 0 && CC::AMS.get(cc) == 0 &&
         AQA::ASQS.get(aqa) != 0 && AQA::ACQS.get(aqa) != 0;
}

}  // namespace doorbell::pcie::nvme
