int CArgon2Arena_placeholder(void);
