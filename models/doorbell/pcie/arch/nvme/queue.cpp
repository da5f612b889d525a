#include "doorbell/pcie/arch/nvme/queue.h"

#include <algorithm>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/pcie/arch/nvme/prp.h"
#include "doorbell/pcie/arch/nvme/registers.h"

namespace doorbell::pcie::nvme {
namespace {

// Create and Delete I/O Queue (NVMe 1.4 Figures 149 to 156).
constexpr BitField queue_id{0, 16};
constexpr BitField queue_size{16, 16};           // zero-based
constexpr BitField physically_contiguous{0, 1};  // PC
constexpr BitField interrupts_enabled{1, 1};     // IEN, of a completion queue
constexpr BitField interrupt_vector{16, 16};     // IV, likewise
constexpr BitField completion_queue_id{16, 16};  // CQID, of a submission queue

std::uint16_t id_of(const Command& command) {
  return static_cast<std::uint16_t>(queue_id.get(command.cdw10()));
}

}  // namespace

void CompletionQueue::advance() {
  tail = (tail + 1) % entries;
  if (tail == 0) phase = !phase;
}

Queues::Queues(unsigned io_queues, unsigned vectors)
    : vectors_(vectors), submission_(io_queues + 1), completion_(io_queues + 1) {}

void Queues::reset() {
  std::fill(submission_.begin(), submission_.end(), std::nullopt);
  std::fill(completion_.begin(), completion_.end(), std::nullopt);
  last_served_ = 0;
}

void Queues::open_admin(std::uint64_t aqa, std::uint64_t asq, std::uint64_t acq) {
  SubmissionQueue& submission = submission_[0].emplace();
  submission.base = asq;
  submission.entries = static_cast<std::uint32_t>(AQA::ASQS.get(aqa)) + 1;
  submission.offered.resize(submission.entries);
  CompletionQueue& completion = completion_[0].emplace();
  completion.base = acq;
  completion.entries = static_cast<std::uint32_t>(AQA::ACQS.get(aqa)) + 1;
  completion.interrupts = true;  // with vector 0 (7.6.1)
}

/// What both kinds have alike. CAP.CQR: queues are physically contiguous.
Status Queues::check_new(const Command& command, bool exists) const {
  const std::uint16_t id = id_of(command);
  const auto size = static_cast<std::uint32_t>(queue_size.get(command.cdw10()));
  if (id == 0 || id >= submission_.size() || exists) return Status::invalid_queue_identifier;
  if (size == 0 || size >= most_queue_entries) return Status::invalid_queue_size;
  if (!physically_contiguous.test(command.cdw11())) return Status::invalid_field;
  if (command.prp1 % page_bytes != 0) return Status::prp_offset_invalid;
  return Status::success;
}

Status Queues::create_completion_queue(const Command& command) {
  const std::uint16_t id = id_of(command);
  const Status status = check_new(command, completion(id) != nullptr);
  if (status != Status::success) return status;
  const auto vector = static_cast<std::uint16_t>(interrupt_vector.get(command.cdw11()));
  if (vector >= vectors_) return Status::invalid_interrupt_vector;
  CompletionQueue& queue = completion_[id].emplace();
  queue.base = command.prp1;
  queue.entries = static_cast<std::uint32_t>(queue_size.get(command.cdw10())) + 1;
  queue.interrupts = interrupts_enabled.test(command.cdw11());
  queue.vector = vector;
  return Status::success;
}

Status Queues::create_submission_queue(const Command& command) {
  const std::uint16_t id = id_of(command);
  const Status status = check_new(command, submission(id) != nullptr);
  if (status != Status::success) return status;
  const auto completes_to = static_cast<std::uint16_t>(completion_queue_id.get(command.cdw11()));
  if (completes_to == 0 || completes_to >= completion_.size())
    return Status::invalid_queue_identifier;
  if (completion(completes_to) == nullptr) return Status::completion_queue_invalid;
  SubmissionQueue& queue = submission_[id].emplace();
  queue.base = command.prp1;
  queue.entries = static_cast<std::uint32_t>(queue_size.get(command.cdw10())) + 1;
  queue.completion_queue = completes_to;
  queue.offered.resize(queue.entries);
  return Status::success;
}

Status Queues::delete_completion_queue(const Command& command) {
  const std::uint16_t id = id_of(command);
  if (id == 0 || completion(id) == nullptr) return Status::invalid_queue_identifier;
  for (const auto& queue : submission_) {
    if (queue && queue->completion_queue == id) return Status::invalid_queue_deletion;
  }
  completion_[id].reset();
  return Status::success;
}

SubmissionQueue* Queues::closing(const Command& command, Status& status) {
  SubmissionQueue* const queue = id_of(command) == 0 ? nullptr : submission(id_of(command));
  status = queue != nullptr && !queue->closing ? Status::success : Status::invalid_queue_identifier;
  if (status != Status::success) return nullptr;
  queue->closing = true;
  return queue;
}

DoorbellOutcome Queues::ring(std::uint64_t offset, std::uint32_t value, Time now) {
  const std::uint64_t number = offset / doorbell_bytes;
  const auto id = static_cast<std::uint16_t>(number / 2);
  const bool of_completions = number % 2 != 0;
  const bool exists = of_completions ? completion(id) != nullptr : submission(id) != nullptr;
  if (!exists) return DoorbellOutcome::invalid_register;
  const bool taken = of_completions ? ring_completion(id, value) : ring_submission(id, value, now);
  return taken ? DoorbellOutcome::taken : DoorbellOutcome::invalid_value;
}

bool Queues::ring_submission(std::uint16_t id, std::uint32_t value, Time now) {
  SubmissionQueue& queue = *submission_[id];
  if (value >= queue.entries) return false;
  for (; queue.tail != value; queue.tail = (queue.tail + 1) % queue.entries)
    queue.offered[queue.tail] = now;
  return true;
}

/// Software takes entries that are there: not past the tail.
bool Queues::ring_completion(std::uint16_t id, std::uint32_t value) {
  CompletionQueue& queue = *completion_[id];
  const std::uint32_t there = (queue.tail + queue.entries - queue.head) % queue.entries;
  if (value >= queue.entries) return false;
  if ((value + queue.entries - queue.head) % queue.entries > there) return false;
  queue.head = value;
  return true;
}

std::uint16_t Queues::next_with_work() {
  const unsigned count = io_queues();
  for (unsigned i = 0; i < count; ++i) {
    const auto id = static_cast<std::uint16_t>((last_served_ + i) % count + 1);
    const SubmissionQueue* const queue = submission(id);
    if (queue == nullptr || !queue->has_work()) continue;
    last_served_ = id;
    return id;
  }
  return 0;
}

bool Queues::any_io_queue() const {
  const auto there = [](const auto& queue) { return queue.has_value(); };
  return std::any_of(submission_.begin() + 1, submission_.end(), there) ||
         std::any_of(completion_.begin() + 1, completion_.end(), there);
}

}  // namespace doorbell::pcie::nvme
