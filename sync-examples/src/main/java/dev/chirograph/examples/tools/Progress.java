package dev.chirograph.examples.tools;

import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar: one line that moves in a terminal, a line every few seconds elsewhere. */
public final class Progress implements AutoCloseable {

  private static final int LINE = 90;

  private final ProgressBar bar;

  private Progress(ProgressBar bar) {
    this.bar = bar;
  }

  @SuppressWarnings("SystemConsoleNull") // later Javas are started with -Djdk.console=java.base
  public static Progress of(String task, long items, PrintStream out) {
    ProgressBarBuilder builder =
        ProgressBar.builder()
            .setTaskName("   " + task)
            .setInitialMax(items)
            .setStyle(ProgressBarStyle.ASCII)
            .setMaxRenderedLength(LINE)
            .showSpeed();
    if (System.console() == null) {
      AtomicReference<String> last = new AtomicReference<>("");
      Consumer<String> lines = line -> printNew(line, last, out);
      builder
          .setUpdateIntervalMillis(5_000)
          .setConsumer(new DelegatingProgressBarConsumer(lines, LINE));
    }
    return new Progress(builder.build());
  }

  /** The bar draws itself once more when it is closed. */
  private static void printNew(String line, AtomicReference<String> last, PrintStream out) {
    if (!line.equals(last.getAndSet(line))) {
      out.println(line);
    }
  }

  public void step() {
    bar.step();
  }

  public void at(long done, long total) {
    bar.maxHint(total);
    bar.stepTo(done);
  }

  @Override
  public void close() {
    bar.close();
  }
}
