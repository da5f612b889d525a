/* ITS commands of the sequences, and what their lines say. IHI 0069, section 5.3. */
#ifndef SW_INTERRUPTS_ITS_COMMANDS_H
#define SW_INTERRUPTS_ITS_COMMANDS_H

#include "sw/interrupts/interrupts.h"

/* Collections of no fixed processor, beside one for each processor. */
#define LOOSE_COLLECTIONS 4u
#define FIRST_LOOSE_COLLECTION 40u

/* The command, then SYNC to every processor. */
enum status interrupts_command(struct interrupts* interrupts, const struct its_fields* fields);
/* With its fields and how the queue took it, in the line that has begun. */
void interrupts_print_command(struct interrupts* interrupts, const struct its_fields* fields);
/* The line ends with what each processor has pending. */
void interrupts_print_pending_lpis(struct interrupts* interrupts);

/* Of a random device, event and collection: what the command needs. */
struct its_fields interrupts_fields(struct interrupts* interrupts, unsigned opcode);
unsigned interrupts_some_collection(struct interrupts* interrupts);
uint64_t interrupts_some_target(struct interrupts* interrupts);
/* MAPD of a device with an empty table. */
struct its_fields interrupts_map_device(struct interrupts* interrupts,
                                        const struct interrupting_device* device);
/* its_errors.c: one command with that error; they take turns. */
void interrupts_wrong_command(struct interrupts* interrupts, unsigned turn);

#endif
