#include "CArgon2Arena.h"
int CArgon2Arena_placeholder(void){return 0;}
