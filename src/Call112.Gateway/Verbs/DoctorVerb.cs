using System.Net;
using System.Net.Sockets;
using Call112.Gateway.Board;
using Call112.Gateway.Journal;
using Call112.Gateway.Messaging;
using Call112.Gateway.Options;
using Call112.Gateway.Position;
using Call112.Gateway.Time;
using Call112.Messages;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Call112.Gateway.Verbs;

/// <summary><c>call112-gateway doctor</c>: looks at everything a station needs, and says for each fault what to do.</summary>
internal static class DoctorVerb
{
    public static async Task<int> RunAsync(string? config, CancellationToken cancel)
    {
        if (CommandLine.Options(config) is not { } options)
            return CommandLine.WrongOptions;
        var findings = new List<Finding>();
        for (var i = 0; i < options.Uplinks.Count; i++)
            findings.Add(await BrokerAsync(options, i, cancel));
        findings.AddRange(
        [
            Clock(options),
            Store(options),
            Board(options),
            await GnssAsync(options, cancel),
            await ModemAsync(options, cancel),
            await PanelAsync(options, cancel),
        ]);
        foreach (var finding in findings)
        {
            Console.Out.WriteLine($"{(finding.Remedy is null ? "ok  " : "FAIL")} {finding.Subject,-7} {finding.Verdict}");
            if (finding.Remedy is not null)
                Console.Out.WriteLine($"             -> {finding.Remedy}");
        }

        return findings.All(finding => finding.Remedy is null) ? CommandLine.Well : CommandLine.Failed;
    }

    private static async Task<Finding> BrokerAsync(GatewayOptions options, int index, CancellationToken cancel)
    {
        var uplink = options.Uplinks[index];
        var subject = options.SecondUplink is null ? "broker" : $"broker {uplink.Name}";
        var way = uplink.Interface is null ? uplink.ToString() : $"{uplink} by {uplink.Interface}";
        try
        {
            // Under another client id: the running station keeps its session.
            var request = new SessionRequest(
                $"{options.ClientIdOf(uplink)}-doctor",
                new OutboundMessage(Topics.Telemetry(options.Station.Id), [], AtLeastOnce: false),
                [Topics.CenterHeartbeat],
                IsProbe: true);
            // What the service would show the broker; only a look, nothing of a renewal changes by it.
            var renewal = new CertificateRenewal(options, new StationClock(TimeProvider.System, options.TrustClock), NullLogger.Instance);
            var broker = new MqttBroker(uplink, TimeProvider.System, renewal: renewal);
            await using var connection = await broker.ConnectAsync(request, message => ValueTask.CompletedTask, cancel);
            var until = broker.Credentials?.Sense.Until is { } end ? $", certificate until {end.UtcDateTime:yyyy-MM-dd}" : "";
            return new Finding(subject, $"{way} answers{until}");
        }
        catch (BrokerException e)
        {
            var remedy = e.Message.Contains("interface", StringComparison.Ordinal)
                ? $"check the cable or the modem ('ip address' lists the interfaces), and uplinks[{index}].interface in station.json"
                : $"check the cable and the router, that the centre's broker runs, and uplinks[{index}].broker in station.json";
            return new Finding(subject, $"{way}: {e.Message}", remedy);
        }
    }

    private static Finding Clock(GatewayOptions options)
    {
        var now = new StationClock(TimeProvider.System, options.TrustClock).Now();
        return now.Clock == ClockState.Synchronized
            ? new Finding("clock", $"{now.Wall:yyyy-MM-dd HH:mm:ss} UTC, {(options.TrustClock ? "trusted by configuration" : "synchronised")}")
            : new Finding("clock", $"{now.Wall:yyyy-MM-dd HH:mm:ss} UTC, not synchronised", "check chrony (chronyc tracking); alerts sound all the same, but their age is not judged");
    }

    private static async Task<Finding> GnssAsync(GatewayOptions options, CancellationToken cancel)
    {
        var (verdict, remedy) = await GnssCheck.RunAsync(options, TimeProvider.System, cancel);
        return new Finding("gnss", verdict, remedy);
    }

    private static Finding Store(GatewayOptions options)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(options.JournalPath)) ?? "/";
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".doctor-{Guid.NewGuid():N}");
            File.WriteAllText(probe, "probe");
            File.Delete(probe);
            var free = new DriveInfo(folder).AvailableFreeSpace / 1048576;
            if (!File.Exists(options.JournalPath))
                return new Finding("store", $"{options.JournalPath}: can be created, {free} MiB free");
            using var reader = JournalFile.OpenReader(options.JournalPath);
            using var check = reader.CreateCommand();
            check.CommandText = "PRAGMA quick_check(1)";
            var verdict = check.ExecuteScalar() as string;
            return verdict == "ok"
                ? new Finding("store", $"{options.JournalPath}: sound, {free} MiB free")
                : new Finding("store", $"{options.JournalPath}: {verdict}", "restart the service: it sets the damaged file aside and begins a new one; send the file to the office");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            return new Finding("store", $"{options.JournalPath}: {e.Message}", "check that the card is not full (df), not read-only (dmesg), and that the folder belongs to the user call112");
        }
    }

    private static Finding Board(GatewayOptions options)
    {
        if (options.Board.Cabinet is not { } cabinet)
        {
            using var simulated = new SimulatedBoard(null, TimeProvider.System);
            return new Finding("board", $"profile '{options.Board.Profile}': outputs {simulated.ReadBack()}, inputs {simulated.ReadInputs().Active}");
        }

        try
        {
            var silent = new List<string>();
            using var board = new LinuxBoard(cabinet, new SilentParts(silent));
            var sample = board.ReadInputs();
            var loops = $"loops cut {sample.Cut}, shorted {sample.Shorted}";
            var found = $"profile '{cabinet.Name}': outputs {board.ReadBack()}, inputs {sample.Active}, {loops}";
            return silent.Count == 0
                ? new Finding("board", found)
                : new Finding(
                    "board", $"{found}; {string.Join("; ", silent)}", "check plugs and supply of the I2C cards, and their addresses in the profile");
        }
        catch (BoardException e) when (e.Holder is { IsService: true })
        {
            return new Finding("board", $"profile '{cabinet.Name}': held by the running service");
        }
        catch (BoardException e)
        {
            return new Finding("board", $"profile '{cabinet.Name}': {e.Problem}", e.Remedy);
        }
    }

    private static async Task<Finding> ModemAsync(GatewayOptions options, CancellationToken cancel)
    {
        var (verdict, remedy) = await ModemFindings.LookAsync(options, cancel);
        return new Finding("modem", verdict, remedy);
    }

    private static async Task<Finding> PanelAsync(GatewayOptions options, CancellationToken cancel)
    {
        if (options.Panel is not { } panel)
            return new Finding("panel", "off by configuration");
        if (panel.Port == 0)
            return new Finding("panel", "takes a free port at each start");
        try
        {
            using var listener = new TcpListener(IPAddress.Parse(panel.Host), panel.Port);
            listener.Start();
            return new Finding("panel", $"{panel.Host}:{panel.Port} is free (the service is not running)");
        }
        catch (SocketException)
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(3) };
            try
            {
                var answer = await http.GetStringAsync($"http://{panel.Host}:{panel.Port}/api/station", cancel);
                return answer.Contains($"\"id\":\"{options.Station.Id}\"", StringComparison.Ordinal)
                    ? new Finding("panel", $"http://{panel.Host}:{panel.Port} is served by this station")
                    : new Finding("panel", $"{panel.Host}:{panel.Port} belongs to another program", "stop that program, or choose another panel.listen in station.json");
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                return new Finding("panel", $"{panel.Host}:{panel.Port} is taken and does not answer", "stop the program that holds the port (ss -ltnp), or choose another panel.listen");
            }
        }
        catch (FormatException)
        {
            return new Finding("panel", $"'{panel.Host}' is no IP address", "write an IP address into panel.listen, such as 127.0.0.1:8112");
        }
    }

    /// <summary>Collects what the board says of parts that do not answer.</summary>
    private sealed class SilentParts(List<string> silent) : ILogger<LinuxBoard>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
                lock (silent)
                    silent.Add(formatter(state, exception));
        }
    }

    private readonly record struct Finding(string Subject, string Verdict, string? Remedy = null);
}
