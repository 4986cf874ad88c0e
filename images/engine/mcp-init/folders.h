// The folders of a server's own on the volume that outlives its container: made, and removed, by its own user.
#ifndef FOLDERS_H
#define FOLDERS_H

int folders_make(char **paths);
int folders_remove(char **paths);

#endif
