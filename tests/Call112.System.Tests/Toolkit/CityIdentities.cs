using System.Text.Json.Nodes;

namespace Call112.System.Tests.Toolkit;

/// <summary>
/// A city's identities, made by the real <c>call112-center enroll</c>, and its Mosquitto with the configuration that deploy-pi ships: only its
/// folders, its port and how much it logs are the test's.
/// </summary>
public sealed class CityIdentities : IDisposable
{
    /// <summary>Where the shipped configuration expects what enroll writes.</summary>
    private const string BrokerFolder = "/etc/mosquitto/call112";

    private readonly string _folder;

    public CityIdentities(string folder)
    {
        _folder = folder;
        Broker = new BrokerProcess(Path.Combine(folder, "mosquitto"), Configuration);
    }

    public BrokerProcess Broker { get; }

    public string Address => $"mqtts://127.0.0.1:{Broker.Port}";

    /// <summary>How the centre is started with its certificate.</summary>
    public IReadOnlyList<string> CenterArguments =>
    [
        "--broker-ca", Path.Combine(Identities, "broker", "authorities.pem"),
        "--broker-cert", Path.Combine(Identities, "center", "center.crt"),
        "--broker-key", Path.Combine(Identities, "center", "center.key"),
        "--stations", Path.Combine(Identities, "registry.json"),
    ];

    public string Identities => Path.Combine(_folder, "identities");

    private string BrokerFiles => Path.Combine(_folder, "etc-mosquitto-call112");

    /// <summary>Enrols the broker and the centre, and starts the broker.</summary>
    public async Task StartAsync()
    {
        await RunAsync("enroll", "--server", "127.0.0.1", "localhost");
        await RunAsync("enroll", "--center");
        Bring();
        await Broker.StartAsync();
    }

    /// <summary>Enrols a station, and gives its station.json. The broker does not know of it yet.</summary>
    public async Task<JsonObject> EnrollAsync(string stationId, params string[] more)
    {
        await RunAsync(["enroll", stationId, "--output", Handed(stationId), .. more]);
        return (JsonObject)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Handed(stationId), "station.json")))!;
    }

    /// <summary>A new station of these groups on a simulated board.</summary>
    public Task<JsonObject> EnrollNewAsync(string stationId, params string[] groups) =>
        EnrollAsync(stationId, ["--broker", Address, "--board", "simulated", "--kind", "Damkar", .. groups.SelectMany(group => (string[])["--group", group])]);

    /// <summary>Where enroll has put station.json and station.png.</summary>
    public string Handed(string stationId) => Path.Combine(_folder, "handed", stationId);

    /// <summary>Runs a verb that must end well; gives what it said.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output) = await TryAsync(arguments);
        Assert.True(code == 0, $"call112-center {string.Join(' ', arguments)} ended with {code}: {output}");
        return output;
    }

    public Task<(int ExitCode, string Output)> TryAsync(params string[] arguments) =>
        OwnProcess.RunAsync(Installed.Center, [.. arguments, "--identities", Identities]);

    /// <summary>What the technician does after every change: copies the folder, and reloads the broker.</summary>
    public async Task ReloadAsync()
    {
        Bring();
        await Broker.ReloadAsync();
    }

    /// <summary>The same with a restart.</summary>
    public async Task RestartAsync()
    {
        Bring();
        await Broker.TerminateAsync();
        await Broker.StartAsync();
    }

    public void Dispose() => Broker.Dispose();

    private void Bring()
    {
        Directory.CreateDirectory(BrokerFiles);
        foreach (var file in Directory.GetFiles(Path.Combine(Identities, "broker")))
            File.Copy(file, Path.Combine(BrokerFiles, Path.GetFileName(file)), overwrite: true);
    }

    private string Configuration(int port)
    {
        var shipped = File.ReadAllText(Path.GetFullPath(Path.Combine(Installed.Artifacts, "..", "deploy-pi", "center", "mosquitto.conf")));
        Assert.Contains("\nlistener 8883\n", shipped, StringComparison.Ordinal);
        // The first lines are Debian's own /etc/mosquitto/mosquitto.conf; the last one also names what a publish was refused for.
        return $"""
            persistence true
            persistence_location {Path.Combine(_folder, "mosquitto")}/
            log_dest stderr
            user root
            {shipped.Replace("\nlistener 8883\n", $"\nlistener {port} 127.0.0.1\n", StringComparison.Ordinal).Replace(BrokerFolder, BrokerFiles, StringComparison.Ordinal)}
            log_type debug

            """;
    }
}
