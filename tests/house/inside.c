/* Runs one test that stands in the library's object: INSIDE is its name. */
int INSIDE(void);
int main(void) { return INSIDE(); }
