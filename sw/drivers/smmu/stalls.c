#include "sw/drivers/smmu/stalls.h"

#include "sw/drivers/smmu/queue.h"
#include "sw/drivers/smmu/structures.h"

bool smmu_stall_of(const struct smmu_event* event, struct smmu_stall* stall) {
  const uint64_t* words = event->words;
  uint64_t number = field_get(EVENT0_ID, words[0]);
  bool may_stall = number >= F_TRANSLATION && number <= F_PERMISSION;
  if (!may_stall || !(words[1] & EVENT1_Stall)) return false;
  stall->stream_id = (uint32_t)field_get(EVENT0_StreamID, words[0]);
  stall->has_substream = (words[0] & EVENT0_SSV) != 0;
  stall->substream = stall->has_substream ? (uint32_t)field_get(EVENT0_SubstreamID, words[0]) : 0;
  stall->tag = (uint16_t)field_get(EVENT1_STAG, words[1]);
  stall->write = !(words[1] & EVENT1_RnW);
  stall->stage_2 = (words[1] & EVENT1_S2) != 0;
  stall->address = words[2];
  stall->ipa = stall->stage_2 ? words[3] & EVENT3_IPA : 0;
  return true;
}

static enum status post_if_stalls(struct smmu* smmu, struct smmu_command command) {
  return smmu->stalls ? smmu_post(smmu, command) : STATUS_UNSUPPORTED;
}

enum status smmu_resume(struct smmu* smmu, const struct smmu_stall* stall,
                        enum smmu_answer answer) {
  struct smmu_command resume = {
      {field_put(CMD0_OPCODE, CMD_RESUME) | field_put(CMD0_StreamID, stall->stream_id),
       field_put(RESUME1_STAG, stall->tag)}};
  if (answer == SMMU_RETRY) resume.words[0] |= RESUME0_Ac;
  if (answer == SMMU_ABORT) resume.words[0] |= RESUME0_Ab;
  return post_if_stalls(smmu, resume);
}

enum status smmu_terminate_stalls(struct smmu* smmu, uint32_t stream_id) {
  struct smmu_command terminate = {
      {field_put(CMD0_OPCODE, CMD_STALL_TERM) | field_put(CMD0_StreamID, stream_id), 0}};
  return post_if_stalls(smmu, terminate);
}

enum status smmu_handle_events(struct smmu* smmu, const struct smmu_event_handler* handler) {
  enum status status = STATUS_OK;
  struct smmu_event event;
  while (smmu_next_event(smmu, &event)) {
    struct smmu_stall stall;
    if (!smmu_stall_of(&event, &stall)) {
      if (handler->other != 0) handler->other(handler->context, &event);
      continue;
    }
    enum status sent = smmu_resume(smmu, &stall, handler->stalled(handler->context, &stall));
    if (status == STATUS_OK) status = sent; /* the others have their answers all the same */
  }
  return status;
}
