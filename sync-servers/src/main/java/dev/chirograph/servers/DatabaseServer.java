package dev.chirograph.servers;

/** A running database server. */
public interface DatabaseServer extends AutoCloseable {

  /** Creates a database of its own for the caller: empty, and gone with the server. */
  Database newDatabase();

  /** Stops the server; its data goes with it. A second call does nothing. */
  @Override
  void close();
}
