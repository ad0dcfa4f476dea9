int CUnicodeText_placeholder(void);
