using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Call112.Center.Api;
using Call112.Center.Book;
using Call112.Center.Enrolment;
using Call112.Center.Sms;
using Microsoft.Extensions.Logging;

namespace Call112.Center.Terminal;

/// <summary>
/// The command line of the centre: <c>run</c> (also without a verb), <c>dispatch</c>, <c>watch</c>, <c>offer</c>, and the identities: <c>enroll</c>, <c>revoke</c>,
/// <c>identities</c>, <c>authority</c>. Exit codes: 0 done, 1 refused, 2 cannot start or cannot reach the centre, 130 interrupted.
/// </summary>
internal static class CenterCommands
{
    public const int Done = 0, Refused = 1, CannotStart = 2, Interrupted = 130;

    /// <summary>After SIGTERM or Ctrl+C a verb has so long to end cleanly. What was answered is stored either way.</summary>
    private static TimeSpan StopWithin => TimeSpan.FromSeconds(20);

    public const string KeyVariable = "CALL112_CENTER_API_KEY";

    public static Task<int> RunAsync(string[] args, TimeProvider time)
    {
        var root = new RootCommand("The reference centre of Call112: dispatch book, broker, HTTP API.");
        var run = new RunVerb(time);
        root.Subcommands.Add(run.Command);
        root.Subcommands.Add(new DispatchVerb(time).Command);
        root.Subcommands.Add(new WatchVerb(time).Command);
        root.Subcommands.Add(new OfferVerb(time).Command);
        root.Subcommands.Add(new EnrolVerb(time).Command);
        root.Subcommands.Add(IdentityVerbs.Revoke(time));
        root.Subcommands.Add(IdentityVerbs.List(time));
        root.Subcommands.Add(IdentityVerbs.Authority(time));
        // "run" is what a service file means; it may leave the word out.
        var isVerb = args.Length > 0 && (root.Subcommands.Any(verb => verb.Name == args[0]) || args[0] is "-h" or "--help" or "-?" or "--version");
        return root.Parse(isVerb ? args : ["run", .. args]).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = StopWithin });
    }

    internal static Option<string?> KeyFile() => new("--api-key-file") { Description = $"File with the API key (or the variable {KeyVariable})." };

    internal static string? ReadKey(string? file)
    {
        if (file is null)
            return Environment.GetEnvironmentVariable(KeyVariable);
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CenterStartException($"the API key file cannot be read: {e.Message}", e);
        }
    }

    internal static int Complain(string message, int code)
    {
        Console.Error.WriteLine($"call112-center: {message}");
        return code;
    }
}

/// <summary>The centre as a process of its own.</summary>
internal sealed class RunVerb
{
    private readonly TimeProvider _time;

    private readonly Option<string> _listen = new("--listen")
    { Description = "Address of the HTTP API; port 0 takes a free one.", DefaultValueFactory = _ => "127.0.0.1:8110" };

    private readonly Option<string> _mqttListen = new("--mqtt-listen")
    { Description = "Address of the embedded broker; port 0 takes a free one.", DefaultValueFactory = _ => "127.0.0.1:1883" };

    private readonly Option<bool> _insecureMqtt = new("--insecure-mqtt") { Description = "Let the embedded broker, which knows no passwords, listen outside loopback." };
    private readonly Option<string?> _broker = new("--broker") { Description = "Outside broker, mqtt://host:port or mqtts://host:port, instead of the embedded one." };
    private readonly Option<string?> _brokerUser = new("--broker-user") { Description = "User name at the outside broker." };
    private readonly Option<string?> _brokerPassword = new("--broker-password-file") { Description = "File with the password at the outside broker." };
    private readonly Option<string?> _brokerAuthority = new("--broker-ca") { Description = "PEM file of the authority that signed the outside broker's certificate." };
    private readonly Option<string?> _brokerCertificate = new("--broker-cert") { Description = "PEM file of the centre's certificate at the outside broker." };
    private readonly Option<string?> _brokerKey = new("--broker-key") { Description = "PEM file of its key." };
    private readonly Option<string> _db = new("--db") { Description = "The dispatch book's SQLite file.", DefaultValueFactory = _ => "call112-center.db" };
    private readonly Option<string?> _stations = new("--stations") { Description = "JSON registry of stations: [{\"id\",\"name\",\"kind\",\"groups\"}]." };
    private readonly Option<string?> _sms = new("--sms") { Description = "JSON file of the SMS gateway and the stations' numbers and keys: the last path. Off without it." };
    private readonly Option<string?> _identities = new("--identities")
    {
        Description = "Folder of the city's identities, as for enroll: who vouches for what stations sign; stations' certificates are renewed over MQTT.",
    };

    private readonly Option<int> _renewBefore = new("--renew-before")
    {
        Description = "Days before its end at which a certificate is renewed, "
            + $"{CenterOptions.RenewBeforeDaysMin} to {CenterOptions.RenewBeforeDaysMax}; with --identities.",
        DefaultValueFactory = _ => new CenterOptions().RenewBeforeDays,
    };

    private readonly Option<string?> _readyFile = new("--ready-file") { Description = "Written once everything listens and the centre is subscribed: {\"http\",\"mqtt\"}." };
    private readonly Option<string?> _keyFile = CenterCommands.KeyFile();
    private readonly Option<bool> _insecureLocal = new("--insecure-local") { Description = "Ask for no API key. Only on a loopback address." };
    private readonly Option<LogLevel> _logLevel = new("--log-level") { Description = "Least severe log line on standard error.", DefaultValueFactory = _ => LogLevel.Information };

    public RunVerb(TimeProvider time)
    {
        _time = time;
        Command = new Command("run", "Run the centre (the default).")
        {
            _listen, _mqttListen, _insecureMqtt, _broker, _brokerUser, _brokerPassword, _brokerAuthority,
            _brokerCertificate, _brokerKey, _db, _stations, _sms, _identities, _renewBefore, _readyFile, _keyFile, _insecureLocal, _logLevel,
        };
        Command.SetAction(RunAsync);
    }

    public Command Command { get; }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        // The library knows an action only once it has its task; a SIGTERM before that would end the process on the spot, as 143.
        await Task.Yield();
        try
        {
            var ready = parse.GetValue(_readyFile);
            if (ready is not null)
                File.Delete(ready);
            await using var center = await CenterHost.StartAsync(Options(parse), _time, cancel);
            Console.Error.WriteLine($"call112-center: API {center.HttpAddress.GetLeftPart(UriPartial.Authority)}, broker {Plain(center.MqttAddress)}");
            var stopped = Task.Delay(Timeout.InfiniteTimeSpan, _time, cancel);
            if (ready is not null && await Task.WhenAny(center.WhenSubscribed, center.Completion, stopped) == center.WhenSubscribed)
                WriteReady(ready, center);
            // A defect in the loop ends the process, so that its supervisor starts it anew on the stored state.
            if (await Task.WhenAny(center.Completion, stopped) == center.Completion)
                await center.Completion;
            return CenterCommands.Done;
        }
        catch (OperationCanceledException)
        {
            return CenterCommands.Done;
        }
        catch (CenterStartException e)
        {
            return CenterCommands.Complain(e.Message, CenterCommands.CannotStart);
        }
    }

    private CenterOptions Options(ParseResult parse)
    {
        var broker = parse.GetValue(_broker);
        return new CenterOptions
        {
            Listen = EndPoint("--listen", parse.GetValue(_listen)!),
            MqttListen = EndPoint("--mqtt-listen", parse.GetValue(_mqttListen)!),
            InsecureMqtt = parse.GetValue(_insecureMqtt),
            Broker = broker is null ? null : Uri.TryCreate(broker, UriKind.Absolute, out var uri) ? uri : throw new CenterStartException($"--broker '{broker}' is no address"),
            BrokerUser = parse.GetValue(_brokerUser),
            BrokerPassword = parse.GetValue(_brokerPassword) is { } file ? CenterCommands.ReadKey(file) : null,
            BrokerAuthorityFile = parse.GetValue(_brokerAuthority),
            BrokerCertificateFile = parse.GetValue(_brokerCertificate),
            BrokerKeyFile = parse.GetValue(_brokerKey),
            DatabasePath = parse.GetValue(_db)!,
            Registry = parse.GetValue(_stations) is { } stations ? ReadRegistry(stations) : [],
            Sms = parse.GetValue(_sms) is { } sms ? SmsGatewayOptions.Read(sms) : null,
            Identities = parse.GetValue(_identities),
            RenewBeforeDays = parse.GetValue(_renewBefore),
            ApiKey = CenterCommands.ReadKey(parse.GetValue(_keyFile)),
            InsecureLocal = parse.GetValue(_insecureLocal),
            LogLevel = parse.GetValue(_logLevel),
        };
    }

    private static IPEndPoint EndPoint(string option, string text) =>
        IPEndPoint.TryParse(text, out var point) ? point : throw new CenterStartException($"{option} '{text}' is no address:port");

    private static StationRegistration[] ReadRegistry(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), ApiJsonContext.Default.StationRegistrationArray) ?? [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CenterStartException($"the registry {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Written beside and moved, so that who waits for the file never reads half of it.</summary>
    private static void WriteReady(string path, CenterHost center)
    {
        var text = $$"""{"http":"{{center.HttpAddress.GetLeftPart(UriPartial.Authority)}}","mqtt":"{{Plain(center.MqttAddress)}}"}""";
        File.WriteAllText(path + ".new", text + "\n");
        File.Move(path + ".new", path, overwrite: true);
    }

    private static string Plain(Uri address) => string.Create(CultureInfo.InvariantCulture, $"{address.Scheme}://{address.Authority}");
}
