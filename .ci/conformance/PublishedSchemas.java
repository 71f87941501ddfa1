import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.net.spi.URLStreamHandlerProvider;

/**
 * Answers the published addresses of the schemas of OGC API Processes 1.0 from the folder "schemas" of the class path, and leaves every other address to
 * the JDK. Java finds it by itself, as a service; it needs the JDK's own handlers exported to it.
 */
public class PublishedSchemas extends URLStreamHandlerProvider {
  private static final String HOST = "schemas.opengis.net";
  private static final String FOLDER = "/ogcapi/processes/part1/1.0/openapi/schemas/";

  @Override
  public URLStreamHandler createURLStreamHandler(String protocol) {
    return switch (protocol) {
      case "http" -> new Http();
      case "https" -> new Https();
      default -> null;
    };
  }

  private static final class Http extends sun.net.www.protocol.http.Handler {
    @Override
    protected URLConnection openConnection(URL address) throws IOException {
      return isPublished(address) ? open(address) : super.openConnection(address);
    }
  }

  private static final class Https extends sun.net.www.protocol.https.Handler {
    @Override
    protected URLConnection openConnection(URL address) throws IOException {
      return isPublished(address) ? open(address) : super.openConnection(address);
    }
  }

  private static boolean isPublished(URL address) {
    return address.getHost().equals(HOST) && address.getPath().startsWith(FOLDER);
  }

  private static URLConnection open(URL address) throws IOException {
    String name = "schemas/" + address.getPath().substring(FOLDER.length());
    URL copy = PublishedSchemas.class.getClassLoader().getResource(name);
    if (copy == null) {
      throw new FileNotFoundException(name);
    }
    return copy.openConnection();
  }
}
