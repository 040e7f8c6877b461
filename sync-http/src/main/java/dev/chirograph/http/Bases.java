package dev.chirograph.http;

import dev.chirograph.SyncException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The addresses under which a peer may be asked. An address from elsewhere is asked only when it is
 * under one of them, beyond doubt: what two programs could read in two ways is under none.
 */
final class Bases {

  /**
   * Nothing that a server could take for a slash, a dot or an end, however often it decodes, nor
   * the beginning of a longer form than UTF-8 allows for them.
   */
  private static final Pattern AMBIGUOUS =
      Pattern.compile(
          "%(25)*(2e|2f|5c|00|3b|c0|c1|e0%(25)*[89]|f0%(25)*8)", Pattern.CASE_INSENSITIVE);

  private static final Pattern DOTS = Pattern.compile("(.*/)?\\.{1,2}(;[^/]*)?(/.*)?");
  private static final Pattern PLAIN = Pattern.compile("[!-~&&[^\\\\^`{|}<>\"]]*");

  private final List<URI> bases;

  private Bases(List<URI> bases) {
    this.bases = bases;
  }

  /**
   * These bases; the first is the node itself.
   *
   * @throws SyncException of kind INVALID_ARGUMENT when one of them is no address of a server
   */
  static Bases of(List<URI> bases) {
    return new Bases(bases.stream().map(Bases::checked).toList());
  }

  private static URI checked(URI base) {
    boolean usable =
        isHttp(base)
            && base.getHost() != null
            && base.getRawUserInfo() == null
            && base.getRawQuery() == null
            && base.getRawFragment() == null
            && isPlain(base.toString())
            && !DOTS.matcher(base.getRawPath()).matches();
    if (!usable) {
      throw SyncException.invalid(
          "a base is an http or https address with a host, and without user, query, fragment or"
              + " dots for folders; that of host '"
              + base.getHost()
              + "' is not");
    }
    String path = base.getRawPath().replaceFirst("/+$", "");
    return URI.create(
        base.getScheme().toLowerCase(Locale.ROOT) + "://" + base.getRawAuthority() + path);
  }

  /** The address of the node itself, without a slash at its end. */
  URI node() {
    return bases.get(0);
  }

  /** An address from elsewhere, when it is one that may be asked. */
  Optional<URI> allowed(String address) {
    URI uri;
    try {
      uri = new URI(address);
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
    boolean clear =
        isPlain(address)
            && isHttp(uri)
            && uri.getHost() != null
            && uri.getRawUserInfo() == null
            && uri.getRawFragment() == null
            && uri.getRawPath() != null
            && !AMBIGUOUS.matcher(uri.getRawPath()).find()
            && !DOTS.matcher(uri.getRawPath()).matches();
    return clear && bases.stream().anyMatch(base -> isUnder(base, uri))
        ? Optional.of(uri)
        : Optional.empty();
  }

  /**
   * Whether an allowed address is that of a content of the node itself. Nothing else there is asked
   * for in the name of this node because somebody says so: a page, say, is only given to those who
   * hold what precedes it.
   */
  boolean isContentOfNode(URI uri) {
    return isUnder(node(), uri)
        && uri.getRawQuery() == null
        && !Route.contentOf(uri.getRawPath().substring(node().getRawPath().length())).isEmpty();
  }

  private static boolean isHttp(URI uri) {
    return "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
  }

  private static boolean isPlain(String address) {
    return PLAIN.matcher(address).matches();
  }

  private static boolean isUnder(URI base, URI uri) {
    return base.getScheme().equalsIgnoreCase(uri.getScheme())
        && base.getHost().equalsIgnoreCase(uri.getHost())
        && port(base) == port(uri)
        && uri.getRawPath().startsWith(base.getRawPath() + "/");
  }

  private static int port(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
  }
}
