#include "platforms/virt/device_tree.h"

#include <functional>
#include <map>

#include "doorbell/core/arch/hexadecimal.h"
#include "doorbell/core/arch/random.h"
#include "doorbell/gic/gic.h"
#include "platforms/virt/address_space.h"
#include "platforms/virt/flat_tree.h"
#include "platforms/virt/requester_ids.h"

namespace doorbell::virt {
namespace {

// Cells of `interrupts` below a GICv3 (Linux, bindings/interrupt-controller/arm,gic-v3.yaml).
constexpr std::uint32_t spi = 0;
constexpr std::uint32_t ppi = 1;
constexpr std::uint32_t edge_rising = 1;
constexpr std::uint32_t level_high = 4;
constexpr std::uint32_t first_spi = 32;
constexpr std::uint32_t first_ppi = 16;

constexpr std::uint32_t apb_clock = 24'000'000;

/// The nodes that others point to, numbered as QEMU does.
struct Handles {
  explicit Handles(unsigned processors) : processor_count(processors) {}
  static constexpr std::uint32_t clock = 0x8000;
  /// From the last processor down.
  std::uint32_t cpu(unsigned processor) const { return clock + processor_count - processor; }
  std::uint32_t gic() const { return clock + processor_count + 1; }
  /// The first one where QEMU's is.
  std::uint32_t its(unsigned number) const { return number == 0 ? gic() + 1 : smmu() + number; }
  std::uint32_t smmu() const { return gic() + 2; }
  /// Behind all ITSs.
  std::uint32_t v2m() const { return smmu() + 16; }
  unsigned processor_count;
};

std::string at(const char* name, std::uint64_t address) {
  return std::string(name) + "@" + hexadecimal(address);
}

/// Writes the nodes below the root, in QEMU's order, which is that of Linux's probing.
class Nodes {
 public:
  Nodes(const VirtParameters& parameters, const BootInformation& boot, FlatTree& tree)
      : parameters_(parameters), boot_(boot), tree_(tree), handles_(parameters.processors) {}

  void root() {
    tree_.cells("interrupt-parent", {handles_.gic()});
    tree_.text("model", "linux,dummy-virt");
    tree_.cells("#size-cells", {2});
    tree_.cells("#address-cells", {2});
    tree_.text("compatible", "linux,dummy-virt");
    psci();
    memory();
    smmu();
    performance_monitors();
    pcie();
    rtc();
    uart();
    gic();
    flash();
    cpus();
    timer();
    clock();
    chosen();
  }

 private:
  void reg(std::initializer_list<Range> ranges) {
    std::vector<std::uint64_t> numbers;
    for (const Range& range : ranges)
      numbers.insert(numbers.end(), {range.base, range.size});
    tree_.wide("reg", numbers);
  }
  /// Linux takes one cell or two.
  void address(const char* name, std::uint64_t value) {
    if (value <= UINT32_MAX) {
      tree_.cells(name, {static_cast<std::uint32_t>(value)});
    } else {
      tree_.wide(name, {value});
    }
  }
  void primecell_interrupt(std::uint32_t INTID) {
    tree_.cells("interrupts", {spi, INTID - first_spi, level_high});
  }

  void psci();
  void memory();
  void smmu();
  void performance_monitors();
  void pcie();
  void pcie_interrupt_map();
  void map_of_requesters(const char* name, std::uint32_t handle, const pcie::RequesterMap& map);
  void rtc();
  void uart();
  void gic();
  void its(unsigned number);
  void v2m();
  void message_spis();
  void map_of_messages();
  void add_first_its(std::uint32_t begin, std::uint32_t end,
                     const std::function<void(std::uint32_t, unsigned, std::uint32_t)>& add);
  void flash();
  void cpus();
  void cpu_map();
  void timer();
  void clock();
  void chosen();

  const VirtParameters& parameters_;
  const BootInformation& boot_;
  FlatTree& tree_;
  Handles handles_;
};

/// The functions of DEN 0022 by their SMC32 and SMC64 identifiers.
void Nodes::psci() {
  tree_.node("psci", [this] {
    tree_.cells("migrate", {0xc400'0005});
    tree_.cells("cpu_on", {0xc400'0003});
    tree_.cells("cpu_off", {0x8400'0002});
    tree_.cells("cpu_suspend", {0xc400'0001});
    tree_.text("method", "hvc");
    tree_.texts("compatible", {"arm,psci-1.0", "arm,psci-0.2", "arm,psci"});
  });
}

void Nodes::memory() {
  tree_.node(at("memory", ram_base), [this] {
    reg({{ram_base, parameters_.ram.size}});
    tree_.text("device_type", "memory");
  });
}

void Nodes::smmu() {
  tree_.node(at("smmuv3", virt::smmu.base), [this] {
    tree_.cells("phandle", {handles_.smmu()});
    tree_.cells("#iommu-cells", {1});
    tree_.empty("dma-coherent");
    tree_.texts("interrupt-names", {"eventq", "priq", "cmdq-sync", "gerror"});
    std::vector<std::uint32_t> interrupts;
    for (const std::uint32_t INTID : {smmu_event_queue_interrupt, smmu_pri_queue_interrupt,
                                      smmu_command_sync_interrupt, smmu_global_error_interrupt})
      interrupts.insert(interrupts.end(), {spi, INTID - first_spi, edge_rising});
    tree_.cells("interrupts", interrupts);
    reg({virt::smmu});
    tree_.text("compatible", "arm,smmu-v3");
  });
}

/// Linux, bindings/perf/arm,smmu-v3-pmcg.yaml. None of devices of one's own, of which the tree says
/// nothing.
void Nodes::performance_monitors() {
  const unsigned groups = counter_groups(parameters_);
  for (unsigned i = 0; i < groups; ++i) {
    tree_.node(at("pmcg", counter_group_page(i, 0).base), [&] {
      tree_.cells("interrupts", {spi, pmcg_interrupt + i - first_spi, edge_rising});
      reg({counter_group_page(i, 0), counter_group_page(i, 1)});
      tree_.text("compatible", "arm,smmu-v3-pmcg");
    });
  }
}

/// `iommu-map`, `msi-map`: requester ID, controller, its ID for that, how many follow alike.
void Nodes::map_of_requesters(const char* name, std::uint32_t handle,
                              const pcie::RequesterMap& map) {
  if (map.shift == 0) {
    tree_.cells(name, {0, handle, map.base, 0x10000});
    return;
  }
  std::vector<std::uint32_t> entries;
  for (const pcie::RequesterId id : requester_ids(parameters_))
    entries.insert(entries.end(), {id, handle, map(id), 1});
  tree_.cells(name, entries);
}

/// `msi-map`: each function to the ITS of its endpoint, and what is nobody's to the first. Other
/// doorbells know no DeviceIDs; Linux has no driver of GICR_SETLPIR.
void Nodes::map_of_messages() {
  const pcie::RequesterMap& map = parameters_.root_complex.device_id;
  const gic::DoorbellKind doorbell = parameters_.gic.doorbell;
  if (doorbell == gic::DoorbellKind::lpi) return;
  if (doorbell != gic::DoorbellKind::its) {
    const bool v2m = doorbell == gic::DoorbellKind::v2m;
    tree_.cells("msi-map", {0, v2m ? handles_.v2m() : handles_.gic(), 0, 0x10000});
    return;
  }
  std::map<pcie::RequesterId, unsigned> its_of;  // where it isn't the first
  for (std::size_t i = 0; i < parameters_.endpoints.size(); ++i) {
    const EndpointSlot& slot = parameters_.endpoints[i];
    for (unsigned f = 0; slot.its != 0 && f < slot.endpoint.functions; ++f)
      its_of[requester_id_of(parameters_, i, f)] = slot.its;
  }
  if (its_of.empty()) {
    map_of_requesters("msi-map", handles_.its(0), map);
    return;
  }
  std::vector<std::uint32_t> entries;
  const auto add = [&](std::uint32_t id, unsigned its, std::uint32_t count) {
    const auto first = static_cast<pcie::RequesterId>(id);
    if (count != 0) entries.insert(entries.end(), {id, handles_.its(its), map(first), count});
  };
  std::uint32_t next = 0;  // requester ID
  for (const auto& [id, its] : its_of) {
    add_first_its(next, id, add);
    add(id, its, 1);
    next = id + 1U;
  }
  add_first_its(next, 0x10000, add);
  tree_.cells("msi-map", entries);
}

/// Requester IDs from `begin` to before `end`: one entry where their DeviceIDs follow each other.
void Nodes::add_first_its(std::uint32_t begin, std::uint32_t end,
                          const std::function<void(std::uint32_t, unsigned, std::uint32_t)>& add) {
  if (parameters_.root_complex.device_id.shift == 0) return add(begin, 0, end - begin);
  for (const pcie::RequesterId id : requester_ids(parameters_)) {
    if (id >= begin && id < end) add(id, 0, 1);
  }
}

/// Each pin of devices 0 to 3, and so of all modulo 4: they take turns in INTA to INTD (PCI-to-PCI
/// Bridge Architecture 1.2, table 9-1).
void Nodes::pcie_interrupt_map() {
  constexpr std::uint32_t pins = 4;
  std::vector<std::uint32_t> map;
  for (std::uint32_t device = 0; device < pins; ++device) {
    for (std::uint32_t pin = 0; pin < pins; ++pin) {
      const std::uint32_t INTID = pcie_interrupts + (device + pin) % pins;
      map.insert(map.end(), {device << 11, 0, 0, pin + 1, handles_.gic(), 0, 0, spi,
                             INTID - first_spi, level_high});
    }
  }
  tree_.cells("interrupt-map-mask", {0x1800, 0, 0, 7});
  tree_.cells("interrupt-map", map);
}

void Nodes::pcie() {
  constexpr std::uint64_t bytes_a_bus = 1 << 20;  // PCIe 6.0, 7.2.2
  const pcie::RootComplexParameters& root_complex = parameters_.root_complex;
  tree_.node(at("pcie", pcie_mmio.base), [&] {
    map_of_requesters("iommu-map", handles_.smmu(), root_complex.stream_id);
    pcie_interrupt_map();
    tree_.cells("#interrupt-cells", {1});
    // Kind of space; PCI address, processors' address, size, in two cells each (IEEE 1275-1994, PCI
    // binding, 2.2.1.1).
    const auto high = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); };
    const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
    std::vector<std::uint32_t> ranges;
    const auto add = [&](std::uint32_t kind, std::uint64_t pci, Range range) {
      ranges.insert(ranges.end(), {kind, high(pci), low(pci), high(range.base), low(range.base),
                                   high(range.size), low(range.size)});
    };
    add(0x0100'0000, 0, pcie_io);
    add(0x0200'0000, pcie_mmio.base, pcie_mmio);
    add(0x0300'0000, pcie_high_mmio.base, pcie_high_mmio);
    tree_.cells("ranges", ranges);
    reg({{root_complex.ecam_base, root_complex.ecam_buses * bytes_a_bus}});
    map_of_messages();
    tree_.empty("dma-coherent");
    tree_.cells("bus-range", {0, root_complex.ecam_buses - 1});
    tree_.cells("linux,pci-domain", {root_complex.segment});
    tree_.cells("#size-cells", {2});
    tree_.cells("#address-cells", {3});
    tree_.text("device_type", "pci");
    tree_.text("compatible", "pci-host-ecam-generic");
  });
}

void Nodes::rtc() {
  tree_.node(at("pl031", virt::rtc.base), [this] {
    tree_.text("clock-names", "apb_pclk");
    tree_.cells("clocks", {Handles::clock});
    primecell_interrupt(rtc_interrupt);
    reg({virt::rtc});
    tree_.texts("compatible", {"arm,pl031", "arm,primecell"});
  });
}

void Nodes::uart() {
  tree_.node(at("pl011", virt::uart.base), [this] {
    tree_.texts("clock-names", {"uartclk", "apb_pclk"});
    tree_.cells("clocks", {Handles::clock, Handles::clock});
    primecell_interrupt(uart_interrupt);
    reg({virt::uart});
    tree_.texts("compatible", {"arm,pl011", "arm,primecell"});
  });
}

void Nodes::gic() {
  tree_.node(at("intc", gicd.base), [this] {
    tree_.cells("phandle", {handles_.gic()});
    const bool high = parameters_.processors > gicr.size / gicr_stride;
    high ? reg({gicd, gicr, high_gicr}) : reg({gicd, gicr});
    tree_.cells("#redistributor-regions", {high ? 2U : 1U});
    tree_.text("compatible", "arm,gic-v3");
    tree_.empty("ranges");
    tree_.cells("#size-cells", {2});
    tree_.cells("#address-cells", {2});
    tree_.empty("interrupt-controller");
    tree_.cells("#interrupt-cells", {3});
    if (parameters_.gic.doorbell == gic::DoorbellKind::spi) message_spis();
    for (unsigned i = 0; i < parameters_.gic.itss(); ++i)
      its(i);
    if (parameters_.gic.doorbell == gic::DoorbellKind::v2m) v2m();
  });
}

/// Linux, bindings/interrupt-controller/arm,gic-v3.yaml: SPIs by message, as INTIDs, and the frame.
void Nodes::message_spis() {
  const gic::MessageParameters& messages = parameters_.gic.messages;
  tree_.wide("mbi-alias", {message_alias.base});
  tree_.cells("mbi-ranges", {messages.first_spi, messages.spis});
  tree_.empty("msi-controller");
}

/// The same, bindings/interrupt-controller/arm,gic.yaml, v2m-frame. Its MSI_TYPER says the rest.
void Nodes::v2m() {
  tree_.node(at("v2m", virt::v2m.base), [this] {
    tree_.cells("phandle", {handles_.v2m()});
    reg({virt::v2m});
    tree_.empty("msi-controller");
    tree_.text("compatible", "arm,gic-v2m-frame");
  });
}

void Nodes::its(unsigned number) {
  const Range control = its_control_of(number);
  tree_.node(at("its", control.base), [&] {
    tree_.cells("phandle", {handles_.its(number)});
    reg({{control.base, control.size + its_translater.size}});
    tree_.cells("#msi-cells", {1});
    tree_.empty("msi-controller");
    tree_.text("compatible", "arm,gic-v3-its");
  });
}

void Nodes::flash() {
  tree_.node(at("flash", rom.base), [this] {
    tree_.cells("bank-width", {4});
    reg({rom, virt::flash});
    tree_.text("compatible", "cfi-flash");
  });
}

void Nodes::cpus() {
  const std::vector<gic::Affinity> affinities = parameters_.affinities();
  const bool has_Aff3 = std::any_of(affinities.begin(), affinities.end(),
                                    [](gic::Affinity affinity) { return affinity.Aff3() != 0; });
  tree_.node("cpus", [&] {
    tree_.cells("#size-cells", {0});
    tree_.cells("#address-cells", {has_Aff3 ? 2U : 1U});
    cpu_map();
    for (unsigned i = 0; i < parameters_.processors; ++i) {
      // By its number in decimal, as QEMU names it, whatever its affinity is.
      tree_.node("cpu@" + std::to_string(i), [&] {
        tree_.cells("phandle", {handles_.cpu(i)});
        // As MPIDR_EL1: Aff3 is apart.
        const std::uint32_t Aff2_to_0 = affinities[i].packed & 0xff'ffff;
        has_Aff3 ? tree_.cells("reg", {affinities[i].Aff3(), Aff2_to_0})
                 : tree_.cells("reg", {Aff2_to_0});
        if (parameters_.processors > 1) tree_.text("enable-method", "psci");
        tree_.text("compatible", boot_.cpu);
        tree_.text("device_type", "cpu");
      });
    }
  });
}

void Nodes::cpu_map() {
  tree_.node("cpu-map", [this] {
    tree_.node("socket0", [this] {
      tree_.node("cluster0", [this] {
        for (unsigned i = 0; i < parameters_.processors; ++i) {
          tree_.node("core" + std::to_string(i),
                     [this, i] { tree_.cells("cpu", {handles_.cpu(i)}); });
        }
      });
    });
  });
}

void Nodes::timer() {
  tree_.node("timer", [this] {
    std::vector<std::uint32_t> interrupts;
    for (const std::uint32_t INTID : {secure_timer_interrupt, physical_timer_interrupt,
                                      virtual_timer_interrupt, hypervisor_timer_interrupt})
      interrupts.insert(interrupts.end(), {ppi, INTID - first_ppi, level_high});
    tree_.cells("interrupts", interrupts);
    tree_.empty("always-on");
    tree_.texts("compatible", {"arm,armv8-timer", "arm,armv7-timer"});
  });
}

void Nodes::clock() {
  tree_.node("apb-pclk", [this] {
    tree_.cells("phandle", {Handles::clock});
    tree_.text("clock-output-names", "clk24mhz");
    tree_.cells("clock-frequency", {apb_clock});
    tree_.cells("#clock-cells", {0});
    tree_.text("compatible", "fixed-clock");
  });
}

void Nodes::chosen() {
  tree_.node("chosen", [this] {
    if (boot_.initrd) {
      address("linux,initrd-end", boot_.initrd->base + boot_.initrd->size);
      address("linux,initrd-start", boot_.initrd->base);
    }
    if (boot_.bootargs) tree_.text("bootargs", *boot_.bootargs);
    tree_.text("stdout-path", "/" + at("pl011", virt::uart.base));
    Random random(parameters_.device_tree.seed);
    tree_.wide("rng-seed", {random.next(), random.next(), random.next(), random.next()});
    tree_.wide("kaslr-seed", {random.next()});
  });
}

}  // namespace

std::vector<std::uint8_t> device_tree(const VirtParameters& parameters,
                                      const BootInformation& boot) {
  FlatTree tree(device_tree_bytes);
  tree.node("", [&] { Nodes(parameters, boot, tree).root(); });
  return tree.finish();
}

}  // namespace doorbell::virt
