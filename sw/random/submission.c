#include "sw/random/submission.h"

#include "sw/drivers/nvme/registers.h"
#include "sw/include/access.h"
#include "sw/random/transcript.h"

#define FIRST_WAIT_NS UINT64_C(20000)
#define LONGEST_WAIT_NS UINT64_C(10000000)
/* No emulator is that slow, and a model's time costs nothing. */
#define LIMIT_NS UINT64_C(500000000)

static bool take(struct nvme* nvme, unsigned queue) {
  struct nvme_completion completion;
  if (!nvme_take_completion(nvme, queue, &completion)) return false;
  nvme_release_completions(nvme, queue);
  nvme->last_status = completion.status;
  return true;
}

enum transfer_end program_submit(struct program* program, const struct submission* submission) {
  struct nvme* nvme = &program->nvme;
  if (nvme_submit(nvme, submission->queue, &submission->command) != STATUS_OK) {
    return TRANSFER_SILENT;
  }
  uint64_t waited = 0;
  for (uint64_t wait = FIRST_WAIT_NS; waited < LIMIT_NS; waited += wait) {
    if (take(nvme, submission->queue)) return TRANSFER_COMPLETED;
    if (mmio_read32(nvme->registers + NVME_CSTS) & CSTS_CFS) return TRANSFER_FATAL;
    program_sleep(wait);
    if (wait < LONGEST_WAIT_NS) wait *= 2;
  }
  return TRANSFER_SILENT;
}

void program_print_end(struct program* program, enum transfer_end end) {
  print_text(program->uart, " cqe=");
  if (end == TRANSFER_FATAL) print_text(program->uart, "fatal");
  if (end == TRANSFER_SILENT) print_text(program->uart, "none");
  if (end == TRANSFER_COMPLETED) print_hexadecimal(program->uart, program->nvme.last_status);
}
