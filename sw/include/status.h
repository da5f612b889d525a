/* What a driver function answers. */
#ifndef SW_INCLUDE_STATUS_H
#define SW_INCLUDE_STATUS_H

enum status {
  STATUS_OK = 0,
  STATUS_TIMEOUT,     /* the hardware did not answer within a second */
  STATUS_NO_MEMORY,   /* the region for tables is used up */
  STATUS_NO_SPACE,    /* a table, window or number range is full */
  STATUS_UNSUPPORTED, /* the identification registers say no */
  STATUS_NOT_FOUND,
  STATUS_BAD_ARGUMENT,
  STATUS_REFUSED, /* the hardware reported an error */
};

#endif
