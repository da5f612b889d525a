/* Steps about the SMMU's commands: one that the SMMU has to refuse. IHI 0070, section 4.1.3. */
#include "sw/drivers/smmu/queue.h"
#include "sw/drivers/smmu/structures.h"
#include "sw/random/program.h"
#include "sw/random/transcript.h"

static const struct {
  const char* name;
  uint64_t words[2];
} wrong_commands[] = {
    {"CMD.opcode=0x00", {0x00, 0}},
    {"CMD.opcode=0x0f", {0x0f, 0}},
    {"CMD.opcode=0xff", {0xff, 0}},
    {"CMD_CFGI_STE.SSec=1", {CMD_CFGI_STE | BIT(10), 0}},
    {"CMD_CFGI_CD.SSec=1", {CMD_CFGI_CD | BIT(10), 0}},
    {"CMD_SYNC.CS=3", {CMD_SYNC | 3 << 12, 0}},
    {"CMD_TLBI_NH_VA.range=reserved", {CMD_TLBI_NH_VA, 1 << 10}},
    {"CMD_ATC_INV", {0x40, 0}},
    {"CMD_PRI_RESP", {0x41, 0}},
    {"CMD_RESUME", {CMD_RESUME, 0}},
    {"CMD_STALL_TERM", {0x45, 0}},
    {"CMD_TLBI_EL2_ALL", {CMD_TLBI_EL2_ALL, 0}},
    {"CMD_TLBI_S12_VMALL", {0x28, 0}},
    {"CMD_TLBI_S2_IPA", {0x2a, 0}},
};

unsigned command_steps_count(void) {
  return (unsigned)(sizeof wrong_commands / sizeof wrong_commands[0]);
}

/* A refused command stops the queue until GERROR is acknowledged; the driver puts a CMD_SYNC in its
 * place. */
void command_step(struct program* program, unsigned which) {
  struct smmu* smmu = &program->machine->smmu;
  struct smmu_command command = {{wrong_commands[which].words[0], wrong_commands[which].words[1]}};
  unsigned before = smmu->command_errors;
  program_start_line(program, wrong_commands[which].name);
  enum status status = smmu_issue(smmu, command);
  print_key(program->uart, "refused", smmu->command_errors - before);
  print_key(program->uart, "status", status);
  program_transfer_and_recover(program, program_random_slot(program));
  program_end_line(program);
}
