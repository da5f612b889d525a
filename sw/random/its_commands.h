/* ITS commands of a program. IHI 0069, section 5.3. */
#ifndef SW_RANDOM_ITS_COMMANDS_H
#define SW_RANDOM_ITS_COMMANDS_H

#include "sw/random/its_fields.h"
#include "sw/random/program.h"

/* The command, and SYNC to both processors. */
enum status program_its(struct program* program, const struct its_fields* fields);

/* Of one of the program's lines. */
struct its_fields its_line_fields(const struct program* program, unsigned opcode, unsigned line);
void program_map_line(struct program* program, unsigned line);
/* The property byte, and INV or INVALL. */
void program_set_line(struct program* program, unsigned line, bool enabled);
/* MAPD with 2^event_bits events, and an empty table for them. */
void program_map_drive(struct program* program);
unsigned program_random_line(struct program* program);
/* INT. */
void program_raise(struct program* program, unsigned line);
void program_raise_all(struct program* program);
/* Rests, and prints what came. */
void program_finish_its_step(struct program* program);
uint64_t program_target(const struct program* program, unsigned processor);

#endif
