#include "tests/traces/synthetic_recording.h"

#include <zlib.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <deque>
#include <map>
#include <random>

// Written from the recordings' description alone: it shares no code with the import that it tests.

namespace doorbell::trace::test {
namespace {

constexpr std::uint64_t page = 4096;

struct Command {
  std::uint32_t queue;
  std::uint32_t slot;
  std::uint64_t iova;
  std::vector<std::uint64_t> frames;
  std::uint32_t next_page = 0;
  enum { submitted, running, posted, announced, handled } stage = submitted;
};

struct Ring {
  std::uint64_t iova;
  std::vector<std::uint64_t> frames;
  std::uint32_t entries;
  std::uint32_t next = 0;
  std::uint32_t handled = 0;
};

struct Drive {
  SyntheticDrive options;
  std::uint64_t lowest_iova = 0xfffff000;
  std::map<std::uint32_t, std::vector<std::uint64_t>> free_iovas;  // by length in pages
  std::map<std::uint32_t, Ring> submission;
  std::map<std::uint32_t, Ring> completion;
  std::vector<Command> outstanding;
};

class Recorder {
 public:
  Recorder(const std::string& path, const SyntheticOptions& options)
      : file_(gzopen(path.c_str(), path.ends_with(".gz") ? "wb1" : "wbT")),
        options_(options),
        random_(options.seed) {
    gzputs(file_, "time_us,op,stream_id,iova,bytes,pa,detail\n");
  }
  ~Recorder() { gzclose(file_); }

  std::uint64_t run();

 private:
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  __attribute__((format(printf, 2, 3))) void row(const char* format, ...);
  void dma(const Drive& drive, std::uint64_t iova, std::uint64_t pa, bool write,
           std::uint32_t bytes, const std::string& kind);
  std::uint64_t take_frame();
  std::uint64_t take_iova(Drive& drive, std::uint32_t pages);
  Ring make_ring(Drive& drive, std::uint32_t pages, std::uint32_t entry_bytes);
  void set_up(Drive& drive);
  void submit(Drive& drive);
  void advance(Drive& drive);
  void release(Drive& drive, Command& command);

  gzFile file_;
  SyntheticOptions options_;
  std::mt19937_64 random_;
  std::uint64_t rows_ = 0;
  std::uint64_t time_ = 1000;
  std::vector<Drive> drives_;
  std::vector<std::uint64_t> free_frames_;
  std::uint64_t next_frame_ = 0x40000;
  // What the script knows of all drives together.
  std::map<std::uint32_t, std::pair<std::uint64_t, std::uint64_t>> known_submission_;
  std::map<std::uint32_t, std::pair<std::uint64_t, std::uint64_t>> known_completion_;
  struct Segment {
    std::uint64_t iova;
    std::uint64_t bytes;
    bool write;
  };
  std::deque<Segment> segments_;
};

void Recorder::row(const char* format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  time_ += pick(20);
  gzprintf(file_, "%llu,%s\n", static_cast<unsigned long long>(time_), text);
  ++rows_;
}

void Recorder::dma(const Drive& drive, std::uint64_t iova, std::uint64_t pa, bool write,
                   std::uint32_t bytes, const std::string& kind) {
  std::string what = kind;
  if (options_.confused_kinds) {
    what = "prp list";
    write = false;
    bytes = static_cast<std::uint32_t>(page - iova % page);
    for (auto at = segments_.rbegin(); at != segments_.rend(); ++at) {
      if (iova < at->iova || iova >= at->iova + at->bytes) continue;
      what = "data";
      write = at->write;
      bytes = static_cast<std::uint32_t>(
          std::min<std::uint64_t>(page - iova % page, at->iova + at->bytes - iova));
      break;
    }
    for (const auto& [queue, ring] : known_completion_) {
      if (iova < ring.first || iova >= ring.first + ring.second) continue;
      what = "cqe queue=" + std::to_string(queue);
      write = true;
      bytes = 16;
    }
    for (const auto& [queue, ring] : known_submission_) {
      if (iova < ring.first || iova >= ring.first + ring.second) continue;
      what = "sqe queue=" + std::to_string(queue);
      write = false;
      bytes = 64;
    }
  }
  row("%s,0x%x,0x%llx,%u,0x%llx,%s", write ? "write" : "read", drive.options.stream,
      static_cast<unsigned long long>(iova), bytes, static_cast<unsigned long long>(pa),
      what.c_str());
}

std::uint64_t Recorder::take_frame() {
  if (free_frames_.size() < 64) {
    next_frame_ += 1 + pick(3);
    return next_frame_;
  }
  const auto at = pick(free_frames_.size());
  std::swap(free_frames_[at], free_frames_.back());
  const auto frame = free_frames_.back();
  free_frames_.pop_back();
  return frame;
}

std::uint64_t Recorder::take_iova(Drive& drive, std::uint32_t pages) {
  auto& free = drive.free_iovas[pages];
  if (!free.empty()) {
    const auto iova = free.back();
    free.pop_back();
    return iova;
  }
  return drive.lowest_iova -= pages * page;
}

Ring Recorder::make_ring(Drive& drive, std::uint32_t pages, std::uint32_t entry_bytes) {
  Ring ring{take_iova(drive, pages), {}, static_cast<std::uint32_t>(pages * page / entry_bytes)};
  for (std::uint32_t i = 0; i < pages; ++i)
    ring.frames.push_back(take_frame());
  return ring;
}

void Recorder::set_up(Drive& drive) {
  const auto device = drive.options.stream;
  for (int i = 0; i < 2; ++i) {
    row("smmu_command,,,,,SMMU_CMD_CFGI_STE");
    row("smmu_command,,,,,SMMU_CMD_SYNC");
  }
  row("smmu_command,,,,,SMMU_CMD_TLBI_NH_ASID");
  row("smmu_command,,,,,SMMU_CMD_SYNC");
  row("its_command,,,,,MAPD DeviceID 0x%x Size 0x3 ITT_addr 0x48390c V 1", device);
  for (std::uint32_t queue = 1; queue <= drive.options.queues; ++queue) {
    row("its_command,,,,,MAPTI DeviceID 0x%x EventID 0x%x ICID 0x%x pINTID 0x%x", device, queue,
        (queue - 1) % 4, 8192 + device * 16 + queue);
    row("its_command,,,,,SYNC");
    drive.submission[queue] = make_ring(drive, drive.options.ring_pages, 64);
    drive.completion[queue] = make_ring(drive, 1, 16);
    known_submission_[queue] = {drive.submission[queue].iova, drive.options.ring_pages * page};
    known_completion_[queue] = {drive.completion[queue].iova, page};
  }
}

void Recorder::submit(Drive& drive) {
  Command command{};
  command.queue = 1 + static_cast<std::uint32_t>(pick(drive.options.queues));
  const auto spread = drive.options.pages_most - drive.options.pages_least + 1;
  const auto pages = drive.options.pages_least + static_cast<std::uint32_t>(pick(spread));
  command.iova = take_iova(drive, pages);
  for (std::uint32_t i = 0; i < pages; ++i)
    command.frames.push_back(take_frame());
  auto& ring = drive.submission[command.queue];
  command.slot = ring.next;
  ring.next = (ring.next + 1) % ring.entries;
  row("doorbell_sq,,,,,queue=%u value=%u", command.queue, ring.next);
  drive.outstanding.push_back(command);
}

void Recorder::advance(Drive& drive) {
  const auto at = pick(drive.outstanding.size());
  auto& command = drive.outstanding[at];
  auto& sq = drive.submission[command.queue];
  auto& cq = drive.completion[command.queue];
  const auto write = !drive.options.writes_disk;
  switch (command.stage) {
    case Command::submitted: {
      // Entries of a queue are fetched in their order.
      for (auto& other : drive.outstanding) {
        if (other.queue != command.queue || other.stage != Command::submitted) continue;
        const auto offset = other.slot * 64;
        dma(drive, sq.iova + offset, sq.frames[offset / page] * page + offset % page, false, 64,
            "sqe queue=" + std::to_string(other.queue));
        row("command,,,,,NVME_NVM_CMD_%s", write ? "READ" : "WRITE");
        other.stage = Command::running;
        segments_.push_back({other.iova, other.frames.size() * page, write});
        if (segments_.size() > 4096) segments_.pop_front();
        break;
      }
      break;
    }
    case Command::running:
      for (int i = 0; i < 8 && command.next_page < command.frames.size(); ++i) {
        const auto index = command.next_page++;
        dma(drive, command.iova + index * page, command.frames[index] * page, write, page, "data");
      }
      if (command.next_page == command.frames.size()) command.stage = Command::posted;
      break;
    case Command::posted: {
      const auto offset = cq.next * 16;
      dma(drive, cq.iova + offset, cq.frames[0] * page + offset, true, 16,
          "cqe queue=" + std::to_string(command.queue));
      cq.next = (cq.next + 1) % cq.entries;
      row("msi,0x%x,0xfffff040,4,0x8090040,event=%u device=%u intid=%u collection=%u",
          drive.options.stream, command.queue, drive.options.stream,
          8192 + drive.options.stream * 16 + command.queue, (command.queue - 1) % 4);
      command.stage = Command::announced;
      break;
    }
    case Command::announced:
      // One interrupt's handler takes all entries that it finds.
      if (cq.handled != cq.next) row("doorbell_cq,,,,,queue=%u value=%u", command.queue, cq.next);
      cq.handled = cq.next;
      command.stage = Command::handled;
      break;
    case Command::handled:
      release(drive, command);
      drive.outstanding.erase(drive.outstanding.begin() + static_cast<std::ptrdiff_t>(at));
      break;
  }
}

void Recorder::release(Drive& drive, Command& command) {
  auto iova = command.iova;
  auto left = static_cast<std::uint32_t>(command.frames.size());
  row("smmu_command,,,,,SMMU_CMD_TLBI_NH_VA");
  while (left > 0) {
    std::uint32_t piece = left;
    if (options_.range_pieces) {
      piece = 1;
      while (piece * 2 <= left && iova / page % (piece * 2) == 0)
        piece *= 2;
    }
    row("tlbi_range,,,,,vmid=0 asid=%u addr=0x%llx tg=1 num_pages=0x%x ttl=3 leaf=1",
        drive.options.asid, static_cast<unsigned long long>(iova), piece);
    iova += piece * page;
    left -= piece;
  }
  row("smmu_command,,,,,SMMU_CMD_SYNC");
  for (const auto frame : command.frames)
    free_frames_.push_back(frame);
  drive.free_iovas[static_cast<std::uint32_t>(command.frames.size())].push_back(command.iova);
}

std::uint64_t Recorder::run() {
  for (int collection = 0; collection < 4; ++collection) {
    row("its_command,,,,,MAPC ICID 0x%x RDbase 0x%x V 1", collection, collection);
    row("its_command,,,,,SYNC");
    row("its_command,,,,,INVALL");
    row("its_command,,,,,SYNC");
  }
  row("smmu_command,,,,,SMMU_CMD_CFGI_STE_RANGE");
  row("smmu_command,,,,,SMMU_CMD_SYNC");
  row("smmu_command,,,,,SMMU_CMD_TLBI_NSNH_ALL");
  row("smmu_command,,,,,SMMU_CMD_SYNC");
  for (const auto& options : options_.drives) {
    drives_.push_back({});
    drives_.back().options = options;
  }
  for (auto& drive : drives_)
    set_up(drive);
  for (std::uint64_t started = 0;;) {
    auto& drive = drives_[pick(drives_.size())];
    const bool room = started < options_.commands && drive.outstanding.size() < drive.options.depth;
    if (room && (drive.outstanding.empty() || pick(4) == 0)) {
      submit(drive);
      ++started;
    } else if (!drive.outstanding.empty()) {
      advance(drive);
    } else if (started == options_.commands &&
               std::all_of(drives_.begin(), drives_.end(),
                           [](const Drive& each) { return each.outstanding.empty(); })) {
      return rows_;
    }
  }
}

}  // namespace

SyntheticOptions two_drives(std::uint64_t commands, std::uint64_t seed) {
  SyntheticOptions options;
  options.commands = commands;
  options.seed = seed;
  SyntheticDrive random{.stream = 0x10, .asid = 3, .queues = 4, .depth = 6};
  SyntheticDrive sequential{.stream = 0x118,
                            .asid = 7,
                            .queues = 2,
                            .pages_least = 3,
                            .pages_most = 37,
                            .writes_disk = true,
                            .depth = 3,
                            .ring_pages = 2};
  options.drives = {random, sequential};
  return options;
}

std::uint64_t write_synthetic_recording(const std::string& path, const SyntheticOptions& options) {
  return Recorder(path, options).run();
}

}  // namespace doorbell::trace::test
