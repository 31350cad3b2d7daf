using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Call112.Endurance.Scale;

namespace Call112.Endurance.Machine;

/// <summary>One real gateway process with a simulated cabinet, and its panel as a page and a finger use it.</summary>
internal sealed class GatewayProcess : IDisposable
{
    private static readonly TimeSpan s_startWithin = TimeSpan.FromSeconds(60);

    private readonly Site _site;
    private readonly string _folder;
    private readonly string[] _command;
    private Child? _process;

    /// <param name="program">The gateway.</param>
    /// <param name="options">Its station.json; the panel's address is added here.</param>
    /// <param name="panel">Where its panel listens, address:port.</param>
    /// <param name="before">What the program is started by: a network namespace, variables.</param>
    /// <exception cref="EnduranceException">There is no such program.</exception>
    public GatewayProcess(Site site, string program, JsonObject options, string panel, params IEnumerable<string> before)
    {
        if (!File.Exists(program))
            throw new EnduranceException($"there is no {program}: dotnet publish src/Call112.Gateway -c Release -r linux-x64, or --gateway PATH");
        (_site, _folder, _command) = (site, site.NewFolder("gateway"), [.. before, program]);
        Panel = new HttpClient { BaseAddress = new Uri($"http://{panel}"), Timeout = TimeSpan.FromSeconds(30) };
        options["panel"] = new JsonObject { ["listen"] = panel };
        options["journal"] ??= new JsonObject { ["path"] = Path.Combine(_folder, "journal.db") };
        File.WriteAllText(Config, options.ToJsonString());
    }

    public HttpClient Panel { get; }

    public int Id => _process!.Id;

    public bool HasExited => _process!.HasExited;

    public string Log => Path.Combine(_folder, "log");

    private string Config => Path.Combine(_folder, "station.json");

    /// <summary>Starts it and waits until it is subscribed and armed.</summary>
    public async Task StartAsync()
    {
        var ready = Path.Combine(_folder, "ready.json");
        _process = Child.Start(Log, _command[0], [.. _command[1..], "run", "--config", Config, "--ready-file", ready]);
        await _site.UntilAsync(
            () => File.Exists(ready) || (_process.HasExited ? throw new EnduranceException($"the gateway ended:\n{_process.LogTail()}") : false),
            "the station is armed",
            s_startWithin);
    }

    public Task<JsonElement> StationAsync() => Panel.GetFromJsonAsync("/api/station", EnduranceJson.Default.JsonElement);

    public Task PressAsync(string input) => PostAsync($"/api/board/inputs/{input}/press", null);

    public async Task PostAsync(string path, JsonObject? body)
    {
        using var content = body is null ? null : new StringContent(body.ToJsonString(), mediaType: new("application/json"));
        using var answer = await Panel.PostAsync(path, content);
        // A refusal is an answer too: the dispatch may have been cancelled a moment ago.
        if ((int)answer.StatusCode >= 500)
            throw new EnduranceException($"the panel answered {(int)answer.StatusCode} to {path}");
    }

    public void Dispose()
    {
        _process?.Dispose();
        Panel.Dispose();
    }
}
