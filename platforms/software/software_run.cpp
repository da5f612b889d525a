#include "platforms/software/software_run.h"

#include "platforms/exit_status.h"
#include "platforms/software/post_mortem.h"

namespace doorbell::software {

SoftwareRun::SoftwareRun(virt::Platform& platform, const Software& software, ConsoleChoice& console,
                         const SoftwareOptions& options)
    : SoftwareRun(platform, console, options) {
  software_ = &software;
}

SoftwareRun::SoftwareRun(virt::Platform& platform, const checkpoint::Reader& restored,
                         ConsoleChoice& console, const SoftwareOptions& options)
    : SoftwareRun(platform, console, options) {
  restored_ = &restored;
}

SoftwareRun::SoftwareRun(virt::Platform& platform, ConsoleChoice& console,
                         const SoftwareOptions& options)
    : platform_(platform),
      console_(console),
      options_(options),
      region_(platform, console.marker(), options) {
  region_.on_begin([this] { ready(); });
  region_.on_end([this] { measured(); });
  platform_.uart()->connect(console_.outermost());
  console_.on_end([this] { end(cpu::Aarch64Group::End::system_off, 0, ""); });
  platform_.aarch64()->on_end([this](cpu::Aarch64Group::End how, int status,
                                     const std::string& why) { end(how, status, why); });
  platform_.aarch64()->on_write([this](const std::string& text) { write(text); });
}

void SoftwareRun::on_checkpoint(std::function<void()> listener) {
  region_.on_checkpoint([this, listener = std::move(listener)] {
    listener();
    end(cpu::Aarch64Group::End::system_off, 0, "");
  });
}

void SoftwareRun::debug(debugger::Server& server, const std::function<bool()>& goes_on) {
  debugger_.emplace(server, *platform_.aarch64(),
                    [this, goes_on] { return goes_on() && console_.poll(); });
}

void SoftwareRun::start() {
  if (restored_ != nullptr) {
    restored_->map_memories(platform_);
    return region_.start(*restored_);
  }
  load();
  if (debugger_ && !debugger_->begin()) return;
  platform_.aarch64()->start_at(software_->placement.entry, software_->placement.x0);
  region_.start();
}

void SoftwareRun::load() {
  if (!software_->bios_path.empty()) load_bios();
  MappedMemory& ram = platform_.ram().storage();
  for (const Placement::Piece& piece : software_->placement.pieces)
    ram.write(piece.address - virt::ram_base, piece.bytes);
  if (software_->placement.tree)
    ram.write(*software_->placement.tree - virt::ram_base, software_->tree);
}

/// Boot firmware runs at EL1, below EL3's: that has woken the redistributor when it hands over, and
/// EDK2 relies on it. QEMU has no such firmware, and interrupts whoever sleeps.
void SoftwareRun::load_bios() {
  platform_.rom()->load(software_->bios_path);
  platform_.gic().redistributor(0).wake();
}

void SoftwareRun::end(cpu::Aarch64Group::End how, int status, const std::string& why) {
  if (ended_) return;
  ended_ = true;
  exit_status_ = status;
  if (how == cpu::Aarch64Group::End::stuck) {
    stuck_ = why;
    // A checkpoint has no names.
    post_mortem_ = post_mortem(*platform_.aarch64()->stuck(),
                               Symbols(software_ != nullptr ? software_->program : ElfImage()));
  }
  console_.flush();
  if (debugger_) debugger_->ended(stuck_.empty() ? status : exit_status::software_failed);
  ended();
}

bool SoftwareRun::wait() {
  const bool somebody = console_.wait();
  if (!watched()) return somebody;
  debugger_->wait();
  return true;
}

std::string SoftwareRun::remaining() const {
  if (ended_) return "";
  const std::string script = console_.script_position();
  return script.empty() ? "software has not ended" : script;
}

std::string SoftwareRun::failures() const {
  return stuck_.empty() ? region_.missing() : stuck_;
}

bool SoftwareRun::has_results() const {
  return !options_.measured() || region_.has_begun();
}

void SoftwareRun::write(const std::string& text) {
  for (const char character : text)
    console_.outermost().put(static_cast<std::uint8_t>(character), platform_.scheduler().now());
}

}  // namespace doorbell::software
