/* Preloaded: a file system without flock (errno from NO_FLOCK), or one whose flock excludes nobody (NO_FLOCK=0). */
#include <errno.h>
#include <stdlib.h>

int flock(int fd, int operation) {
  (void)fd;
  (void)operation;
  const char *error = getenv("NO_FLOCK");
  if (error == NULL || atoi(error) == 0) return 0;
  errno = atoi(error);
  return -1;
}
