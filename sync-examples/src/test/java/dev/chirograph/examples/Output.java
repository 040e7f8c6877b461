package dev.chirograph.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/** What a program says on standard output. */
final class Output {

  private Output() {}

  /** A program. */
  interface Program {
    void run() throws Exception;
  }

  /** Runs a program, shows what it says, and answers it. */
  static String of(Program program) throws Exception {
    PrintStream console = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setOut(new PrintStream(said, true, UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(console);
      System.out.println(said.toString(UTF_8));
    }
    return said.toString(UTF_8);
  }
}
