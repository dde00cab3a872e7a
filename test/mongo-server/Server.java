import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.ServerVersion;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.QueryParameters;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import io.netty.channel.Channel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/**
 * A server of MongoDB's protocol for tests: `java -cp '<jars>/*' Server.java <port, 0 for any> <file> <pid>`.
 * Prints `listening on <port>` once it serves 127.0.0.1, and ends when the process `pid` has ended.
 * What it answered for is in the file, also after kill -9: it commits after each command that changed something.
 * While there is a file of that name and `.full`, it refuses to write, as a server does whose disk is full.
 */
public class Server {
  /** Of MongoDB 5.0 unless told by `-Dwire=<version>`; the driver refuses what says less than 9. */
  static final int WIRE_VERSION = Integer.getInteger("wire", 13);

  public static void main(String[] arguments) {
    // Left to itself it commits once a second, and kill -9 takes what it acknowledged since.
    MVStore store = new MVStore.Builder().fileName(arguments[1]).autoCommitDisabled().open();
    MongoServer server = new MongoServer(new DurableBackend(store, Path.of(arguments[1] + ".full")));
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    System.out.println("listening on " + server.getLocalAddress().getPort());
    ProcessHandle.of(Long.parseLong(arguments[2]))
        .ifPresentOrElse(parent -> parent.onExit().join(), () -> {});
    Runtime.getRuntime().halt(0);
  }

  static class DurableBackend extends H2Backend {
    private static final Set<String> WRITES =
        Set.of("insert", "update", "delete", "findAndModify", "create", "createIndexes");
    private static final int OUT_OF_DISK_SPACE = 14031;
    private final Path full;

    DurableBackend(MVStore store, Path full) {
      super(store);
      this.full = full;
      version(ServerVersion.MONGO_5_0);
    }

    @Override
    public Document handleCommand(Channel channel, String database, String command, Document query) {
      return committed(super.handleCommand(channel, database, command, query));
    }

    @Override
    public Document handleMessage(MongoMessage message) {
      String command = message.getDocument().keySet().iterator().next();
      if (WRITES.contains(command) && Files.exists(full))
        throw new MongoServerError(OUT_OF_DISK_SPACE, "OutOfDiskSpace", "No space left on device");
      return committed(super.handleMessage(message));
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String name) {
      return new Database(name, getMvStore(), getCursorRegistry());
    }

    private Document committed(Document answer) {
      if (getMvStore().hasUnsavedChanges()) commit();
      if (answer.containsKey("maxWireVersion")) answer.put("maxWireVersion", WIRE_VERSION);
      return answer;
    }
  }

  static class Database extends H2Database {
    private final MVStore store;

    Database(String name, MVStore store, CursorRegistry cursors) {
      super(name, store, cursors);
      this.store = store;
    }

    @Override
    protected MongoCollection<Object> openOrCreateCollection(String name, CollectionOptions options) {
      // The constructor of the class above may call this, before there is a store.
      if (store == null) return super.openOrCreateCollection(name, options);
      String namespace = getDatabaseName() + "." + name;
      MVMap<Object, Document> data = store.openMap("databases." + namespace);
      MVMap<String, Object> meta = store.openMap("meta.databases." + namespace);
      return new ByIdCollection(this, name, options, data, meta, cursorRegistry);
    }
  }

  /** Finds by `_id` first where a query names it: as it comes, one with a second condition reads every document. */
  static class ByIdCollection extends H2Collection {
    ByIdCollection(
        MongoDatabase database,
        String name,
        CollectionOptions options,
        MVMap<Object, Document> data,
        MVMap<String, Object> meta,
        CursorRegistry cursors) {
      super(database, name, options, data, meta, cursors);
    }

    @Override
    protected QueryResult queryDocuments(
        Document query, Document order, int skip, int limit, int batch, Document projection) {
      Collection<?> ids = idsOf(query.get("_id"));
      if (ids == null)
        return super.queryDocuments(query, order, skip, limit, batch, projection);
      List<Document> found = new ArrayList<>();
      for (Object id : ids) found.add(getDocument(id));
      return matchDocumentsFromStream(
          found.stream().filter(Objects::nonNull), query, order, skip, limit, batch, projection);
    }

    /** As it comes, it answers documents that others change while they are sent. */
    @Override
    public synchronized Document findAndModify(Document query) {
      return super.findAndModify(query).cloneDeeply();
    }

    @Override
    public synchronized QueryResult handleQuery(QueryParameters parameters) {
      QueryResult found = super.handleQuery(parameters);
      List<Document> copies = new ArrayList<>();
      for (Document each : found) copies.add(each.cloneDeeply());
      return new QueryResult(copies, found.getCursorId());
    }

    private static Collection<?> idsOf(Object condition) {
      if (condition instanceof String) return List.of(condition);
      if (!(condition instanceof Document) || ((Document) condition).size() != 1) return null;
      Object in = ((Document) condition).get("$in");
      boolean texts =
          in instanceof Collection
              && ((Collection<?>) in).stream().allMatch(each -> each instanceof String);
      return texts ? new LinkedHashSet<>((Collection<?>) in) : null;
    }
  }
}
