/* Steps about the function: commands that are wrong, messages that go nowhere, vectors that are
 * masked. NVMe 1.4; PCIe 6.0, section 7.7.2. */
#include "sw/drivers/nvme/registers.h"
#include "sw/drivers/pcie/registers.h"
#include "sw/drivers/smmu/page_table.h"
#include "sw/include/access.h"
#include "sw/random/program.h"
#include "sw/random/submission.h"
#include "sw/random/transcript.h"

#define PAGE_0 UINT64_C(1) /* PRP1 or PRP2 stands for a page of the slot */
#define PAGE_1 UINT64_C(2)
#define IDENTIFY 0x06u
#define GET_LOG_PAGE 0x02u

static const struct {
  const char* name;
  struct submission submission;
} wrong_submissions[] = {
    {"NVMe.admin.opcode=0xff", {0, {0xff, 0, 0, 0, {0}}}},
    {"NVMe.admin.opcode=0x0f", {0, {0x0f, 0, 0, 0, {0}}}},
    {"NVMe.Identify.CNS=0x7f", {0, {IDENTIFY, 0, PAGE_0, 0, {0x7f}}}},
    {"NVMe.Identify.NSID=0x1000", {0, {IDENTIFY, 0x1000, PAGE_0, 0, {0}}}},
    {"NVMe.Get_Log_Page.LID=0xff", {0, {GET_LOG_PAGE, 0, PAGE_0, 0, {0xff | 15 << 16}}}},
    {"NVMe.Create_CQ.QID=0", {0, {NVME_CREATE_CQ, 0, PAGE_0, 0, {15u << 16, 1}}}},
    {"NVMe.Create_CQ.QID=1", {0, {NVME_CREATE_CQ, 0, PAGE_0, 0, {15u << 16 | 1, 1}}}},
    {"NVMe.Create_CQ.QSIZE=0", {0, {NVME_CREATE_CQ, 0, PAGE_0, 0, {2, 1}}}},
    {"NVMe.Create_CQ.IV=0x7ff",
     {0, {NVME_CREATE_CQ, 0, PAGE_0, 0, {15u << 16 | 2, 3u | 0x7ffu << 16}}}},
    {"NVMe.Create_SQ.CQID=9", {0, {NVME_CREATE_SQ, 0, PAGE_0, 0, {15u << 16 | 2, 1 | 9u << 16}}}},
    {"NVMe.Delete_SQ.QID=7", {0, {NVME_DELETE_SQ, 0, 0, 0, {7}}}},
    {"NVMe.Delete_CQ.QID=7", {0, {NVME_DELETE_CQ, 0, 0, 0, {7}}}},
    {"NVMe.Delete_CQ.QID=1", {0, {NVME_DELETE_CQ, 0, 0, 0, {1}}}},
    {"NVMe.Set_Features.FID=0xff", {0, {NVME_SET_FEATURES, 0, 0, 0, {0xff}}}},
    {"NVMe.io.opcode=0x7f", {1, {0x7f, 1, 0, 0, {0}}}},
    {"NVMe.Read.NSID=0", {1, {NVME_READ, 0, PAGE_0, 0, {0, 0, 0}}}},
    {"NVMe.Read.NSID=0x1000", {1, {NVME_READ, 0x1000, PAGE_0, 0, {0, 0, 0}}}},
    {"NVMe.Read.SLBA=beyond", {1, {NVME_READ, 1, PAGE_0, 0, {0x10000, 0, 0}}}},
    {"NVMe.Write.SLBA=beyond", {1, {NVME_WRITE, 1, PAGE_0, 0, {0, 1, 0}}}},
    {"NVMe.Read.NLB=beyond_MDTS", {1, {NVME_READ, 1, PAGE_0, 0, {0, 0, 0x7ff}}}},
    {"NVMe.Read.PRP2=offset", {1, {NVME_READ, 1, PAGE_0, PAGE_1 + 0x200, {0, 0, 15}}}},
};
#define WRONG_SUBMISSIONS (sizeof wrong_submissions / sizeof wrong_submissions[0])

static uint64_t resolve(const struct slot* slot, uint64_t prp) {
  if (prp == PAGE_0) return slot->iova;
  return prp < PAGE_1 ? 0 : slot->iova + PAGE_SIZE + (prp - PAGE_1);
}

static void end_command(struct program* program, enum transfer_end end) {
  program_rest(program);
  program_print_end(program, end);
  program_print_lines(program);
  event_set_print(&program->events, program->uart);
  if (end != TRANSFER_COMPLETED) program_recover(program);
  program_end_line(program);
}

static void wrong_submission(struct program* program, unsigned which) {
  const struct slot* slot = program_random_slot(program);
  struct submission submission = wrong_submissions[which].submission;
  submission.command.prp1 = resolve(slot, submission.command.prp1);
  submission.command.prp2 = resolve(slot, submission.command.prp2);
  program_start_line(program, wrong_submissions[which].name);
  end_command(program, program_submit(program, &submission));
}

/* ---- messages ---- */

static void transfer(struct program* program) {
  program_transfer_and_recover(program, program_random_slot(program));
}

static void program_message(struct program* program, uint64_t address, uint32_t data_of_admin,
                            uint32_t data_of_io) {
  msix_program(&program->msix, 0, address, data_of_admin);
  msix_program(&program->msix, program->io_vector, address, data_of_io);
}

static void wrong_message(struct program* program, const char* name, uint64_t address,
                          uint32_t data) {
  program_start_line(program, name);
  program_message(program, address, data, data);
  transfer(program);
  program_message(program, program->doorbell, program->lines[0].event_id,
                  program->lines[1].event_id);
  program_end_line(program);
}

static void message_to_nowhere(struct program* program) {
  wrong_message(program, "MSIX.address=unmapped", program_unmapped_iova(program),
                program->lines[0].event_id);
}

/* It is mapped, and ends in memory. */
static void message_to_memory(struct program* program) {
  wrong_message(program, "MSIX.address=memory", program->slots[0].iova + PAGE_SIZE + 0xff8,
                program->lines[0].event_id);
}

static void message_beyond_size(struct program* program) {
  wrong_message(program, "MSIX.data=beyond_ITT", program->doorbell,
                program->lines[1].event_id | 1u << program->event_bits);
}

static void message_without_event(struct program* program) {
  unsigned event = 0;
  for (unsigned i = 0; i < PROGRAM_VECTORS;) {
    bool is_used = program->lines[i].event_id == event;
    i = is_used ? 0 : i + 1;
    if (is_used) event++;
  }
  wrong_message(program, "MSIX.data=unmapped_event", program->doorbell, event);
}

/* The message of a masked vector is kept, and sent when it is unmasked. */
static void masked_vector(struct program* program) {
  program_start_line(program, "MSIX.masked");
  msix_mask(&program->msix, 0);
  msix_mask(&program->msix, program->io_vector);
  transfer(program);
  print_key(program->uart, "pending",
            (unsigned)(msix_pending(&program->msix, 0) +
                       msix_pending(&program->msix, program->io_vector)));
  msix_unmask(&program->msix, 0);
  msix_unmask(&program->msix, program->io_vector);
  program_rest(program);
  program_print_lines(program);
  program_end_line(program);
}

static void masked_function(struct program* program) {
  program_start_line(program, "MSIX.function_masked");
  msix_mask_function(&program->msix, true);
  transfer(program);
  msix_mask_function(&program->msix, false);
  program_rest(program);
  program_print_lines(program);
  program_end_line(program);
}

/* ---- doorbells ---- */

static void wrong_doorbell(struct program* program, const char* name, unsigned doorbell,
                           uint32_t value) {
  program_start_line(program, name);
  mmio_write32(program->nvme.registers + NVME_DOORBELLS + 4 * doorbell, value);
  transfer(program);
  program_end_line(program);
}

static void doorbell_beyond_queue(struct program* program) {
  wrong_doorbell(program, "NVMe.SQ1TDBL=beyond", 2, NVME_QUEUE_ENTRIES + 5);
}

static void doorbell_without_queue(struct program* program) {
  wrong_doorbell(program, "NVMe.SQ9TDBL=1", 18, 1);
}

static void completion_doorbell_without_queue(struct program* program) {
  wrong_doorbell(program, "NVMe.CQ9HDBL=1", 19, 1);
}

typedef void single_step(struct program* program);
static single_step* const singles[] = {
    message_to_nowhere,    message_to_memory,      message_beyond_size,
    message_without_event, masked_vector,          masked_function,
    doorbell_beyond_queue, doorbell_without_queue, completion_doorbell_without_queue,
};
#define SINGLES (sizeof singles / sizeof singles[0])

unsigned drive_steps_count(void) {
  return (unsigned)(SINGLES + WRONG_SUBMISSIONS);
}

void drive_step(struct program* program, unsigned which) {
  if (which < SINGLES) {
    singles[which](program);
  } else {
    wrong_submission(program, which - (unsigned)SINGLES);
  }
}
