using System.Text;
using System.Text.Json.Nodes;
using Call112.Gateway.Journal;
using Call112.Gateway.Provisioning;
using Call112.Gateway.Tests.Messaging;
using Call112.Station;

namespace Call112.Gateway.Tests.Provisioning;

/// <summary>A card, a box's data folder, a board with a serial, and an authority whose certificates fit two stations.</summary>
internal sealed class ProvisioningDesk : IDisposable
{
    /// <summary>Ids as <see cref="PemFiles"/> names its two certificates.</summary>
    public const string Post = "station", OtherPost = "broker";

    public const string Serial = "10000000a1b2c3d4", OtherSerial = "10000000ffffffff";

    private readonly string _folder = Directory.CreateTempSubdirectory("call112-card-").FullName;
    private readonly PemFiles _files = new();

    public ProvisioningDesk()
    {
        foreach (var folder in new[] { Card, Data, JournalFolder })
            Directory.CreateDirectory(folder);
        Board(Serial);
    }

    public string Card => Path.Combine(_folder, "card");

    public string Data => Path.Combine(_folder, "data");

    public string SerialFile => Path.Combine(_folder, "serial-number");

    public string ProblemFile => Path.Combine(_folder, "problem.json");

    public string JournalFolder => Path.Combine(_folder, "journal");

    public string JournalPath => Path.Combine(JournalFolder, "journal.db");

    public string CardStation => Path.Combine(Card, CardFolder.StationFile);

    public string DataStation => Path.Combine(Data, DataFolder.StationFile);

    public string IdentityPath => Path.Combine(Data, DataFolder.IdentityFile);

    public string? Error => TextOf(CardFolder.ErrorFile);

    public string? Ok => TextOf(CardFolder.OkFile);

    /// <summary>As the device tree tells it: with a NUL at its end.</summary>
    public void Board(string serial) => File.WriteAllText(SerialFile, serial + "\0");

    /// <summary>What <c>call112-center enroll</c> hands out: certificate and key in the file.</summary>
    public JsonObject Enrolled(string station = Post) => new()
    {
        ["station"] = new JsonObject { ["id"] = station, ["name"] = $"Puskesmas {station}" },
        ["uplinks"] = new JsonArray(new JsonObject { ["name"] = "lan", ["broker"] = "mqtts://pusat.example:8883" }),
        ["identity"] = new JsonObject { ["authorities"] = Pem("ca.pem"), ["certificate"] = Pem($"{station}.crt"), ["key"] = Pem($"{station}.key") },
        ["journal"] = new JsonObject { ["path"] = JournalPath },
    };

    /// <summary>A technician puts a file on the card.</summary>
    public byte[] Put(JsonObject station)
    {
        var content = Encoding.UTF8.GetBytes(station.ToJsonString());
        File.WriteAllBytes(CardStation, content);
        return content;
    }

    public void Put(string text) => File.WriteAllText(CardStation, text);

    /// <summary>The box begins with this station in force, on this board.</summary>
    public byte[] InForce(string station = Post)
    {
        var content = Put(Enrolled(station));
        Assert.Equal(0, Run().ExitCode);
        return content;
    }

    /// <summary>A boot.</summary>
    /// <param name="after">See <see cref="DurableFiles"/>.</param>
    public ProvisioningResult Run(Action<string>? after = null)
    {
        var files = new DurableFiles(after);
        var (card, data) = (new CardFolder(Card, files), new DataFolder(Data, files));
        return new Provisioner(card, data, new FormerJournal(files), BoardSerial.Read(SerialFile)).Run();
    }

    /// <summary>A journal that a station has written: its first report.</summary>
    /// <param name="killed">As a power cut leaves it: the report stands in the WAL, and nowhere else.</param>
    public void WriteJournal(string station, bool killed = false)
    {
        string[] parts = killed ? ["", "-wal", "-shm"] : [];
        using (var journal = JournalFile.Open(JournalPath).File)
        {
            var entry = new JournalEntry.Reported(Samples.At(0), Samples.Report(1) with { StationId = station });
            journal.Append([entry], StationState.Empty.With(entry));
            foreach (var part in parts)
                File.Copy(JournalPath + part, JournalPath + ".killed" + part);
        }

        foreach (var part in parts)
            File.Move(JournalPath + ".killed" + part, JournalPath + part, overwrite: true);
    }

    public BoundIdentity Identity() => BoundIdentity.Read(File.ReadAllBytes(IdentityPath))!;

    /// <summary>All that is there, path and content, but SQLite's index, which is never the same.</summary>
    public IReadOnlyDictionary<string, string> Everything() => Files()
        .Where(path => !path.EndsWith("-shm", StringComparison.Ordinal))
        .ToDictionary(path => path, path => Convert.ToBase64String(File.ReadAllBytes(path)));

    /// <summary>Everything as it was.</summary>
    public void Restore(IReadOnlyDictionary<string, string> everything)
    {
        foreach (var path in Files())
            File.Delete(path);
        foreach (var (path, content) in everything)
            File.WriteAllBytes(path, Convert.FromBase64String(content));
    }

    private IEnumerable<string> Files() => new[] { Card, Data, JournalFolder }.SelectMany(folder => Directory.GetFiles(folder));

    public string Pem(string name) => File.ReadAllText(_files.In(name));

    public void Dispose()
    {
        _files.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string? TextOf(string name) => Path.Combine(Card, name) is var path && File.Exists(path) ? File.ReadAllText(path) : null;
}
