#ifndef RUN_H
#define RUN_H

/* Runs what the words of the line name. */
void run_kernels(const char *line);

#endif
