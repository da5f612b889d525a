/* Any command to the drive, right or wrong, and how it ends. NVMe 1.4, section 4.2. */
#ifndef SW_RANDOM_SUBMISSION_H
#define SW_RANDOM_SUBMISSION_H

#include "sw/random/program.h"

struct submission {
  unsigned queue; /* 0: admin, 1: I/O */
  struct nvme_command command;
};

/* Returns when it has completed, the controller has failed (CSTS.CFS), or neither comes. */
enum transfer_end program_submit(struct program* program, const struct submission* submission);
/* " cqe=" and the status field, or what came in its place. */
void program_print_end(struct program* program, enum transfer_end end);

#endif
