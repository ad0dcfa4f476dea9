#include "CUnicodeText.h"
int CUnicodeText_placeholder(void){return 0;}
