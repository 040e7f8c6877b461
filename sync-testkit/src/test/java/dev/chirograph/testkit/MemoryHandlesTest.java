package dev.chirograph.testkit;

import dev.chirograph.Key;
import dev.chirograph.memory.MemoryHandles;
import dev.chirograph.spi.relocate.FileHandle;
import dev.chirograph.spi.relocate.Handles;
import java.util.Set;

class MemoryHandlesTest extends HandlesConformance {

  private MemoryHandles handles;

  @Override
  protected Handles newHandles(Set<String> movable) {
    handles = MemoryHandles.of(movable);
    return handles;
  }

  @Override
  protected Handles again() {
    return handles;
  }

  @Override
  protected FileHandle put(FileHandle handle) {
    return handles.put(handle);
  }

  @Override
  protected void remove(Key id) {
    handles.remove(id);
  }
}
