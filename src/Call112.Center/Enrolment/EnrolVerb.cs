using System.CommandLine;
using Call112.Center.Terminal;

namespace Call112.Center.Enrolment;

/// <summary><c>call112-center enroll</c>: an identity for a station, for the centre, or for the broker.</summary>
internal sealed class EnrolVerb
{
    private readonly TimeProvider _time;
    private readonly Argument<string?> _station = new("STATION") { Description = "Id of the station.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _center = new("--center") { Description = "The centre's own certificate, instead of a station's." };

    private readonly Option<string[]> _server = new("--server")
    { Description = "The broker's certificate for these host names and addresses, instead of a station's.", AllowMultipleArgumentsPerToken = true };

    private readonly Option<string> _identities = IdentityVerbs.Folder();

    private readonly Option<int> _days = new("--days")
    { Description = "Life of the certificate, 1 to 7300 days.", DefaultValueFactory = _ => StationRequest.DaysUsual };

    private readonly Option<bool> _renew = new("--renew")
    { Description = "A new certificate for somebody who is enrolled; the present one stays good until it is revoked." };

    private readonly Option<string?> _name = new("--name") { Description = "The station's name, as its panel shows it." };
    private readonly Option<string?> _kind = new("--kind") { Description = string.Join(' ', StationDocument.Kinds) };
    private readonly Option<string[]> _groups = new("--group") { Description = "Its groups beside 'all'.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _broker = new("--broker") { Description = "mqtts://host:port of the city's broker." };
    private readonly Option<string?> _board = new("--board") { Description = "Path of the board profile on the box, or simulated." };
    private readonly Option<bool> _modem = new("--modem") { Description = "The box has an LTE modem: a second uplink." };

    private readonly Option<string?> _base = new("--base")
    { Description = "A station.json to begin with; the one that was enrolled last by default." };

    private readonly Option<string?> _sms = new("--sms")
    { Description = "The centre's SMS file; the station's key is made where it says, and goes into station.json." };

    private readonly Option<string?> _sim = new("--sim")
    { Description = "Number of the station's SIM, when the SMS file does not name the station yet." };

    private readonly Option<string?> _replyTo = new("--reply-to") { Description = "Number of the city's SMS gateway, which the station answers to." };
    private readonly Option<bool> _newSmsKey = new("--new-sms-key") { Description = "A new SMS key in place of the present one." };
    private readonly Option<string?> _output = new("--output") { Description = "Folder for station.json and station.png; by default ./STATION." };

    public EnrolVerb(TimeProvider time)
    {
        _time = time;
        Command = new Command("enroll", "Make the key and certificate of a station, of the centre or of the broker.")
        {
            _station, _center, _server, _identities, _days, _renew, _name, _kind, _groups, _broker, _board, _modem, _base,
            _sms, _sim, _replyTo, _newSmsKey, _output,
        };
        Command.SetAction(parse => IdentityVerbs.Guard(() => Run(parse)));
    }

    public Command Command { get; }

    private int Run(ParseResult parse)
    {
        var (station, isCenter, hosts) = (parse.GetValue(_station), parse.GetValue(_center), parse.GetValue(_server) ?? []);
        if ((station is null ? 0 : 1) + (isCenter ? 1 : 0) + (hosts.Length == 0 ? 0 : 1) != 1)
            throw new EnrolmentException("enroll: one of STATION, --center and --server HOST");
        using var enrolment = Enrolment.Open(parse.GetValue(_identities)!, create: true, _time);
        if (enrolment.Authorities is { IsNew: true, Current: var made })
            Console.Error.WriteLine(
                $"call112-center: a new authority, {made.Name}, until {made.NotAfter:yyyy-MM-dd}: "
                + $"keep a copy of {enrolment.Folder.Authority} in a safe place");
        if (isCenter)
            Say(enrolment.EnrolCenter(parse.GetValue(_days), parse.GetValue(_renew)), enrolment.Folder.Center, "center.crt, center.key");
        else if (hosts.Length > 0)
            Say(enrolment.EnrolBroker(hosts, parse.GetValue(_days), parse.GetValue(_renew)), enrolment.Folder.Broker, "broker.crt, broker.key");
        else
            Hand(enrolment.EnrolStation(Request(parse, station!)), Path.GetFullPath(parse.GetValue(_output) ?? station!));
        IdentityVerbs.SayForBroker(enrolment);
        return CenterCommands.Done;
    }

    private StationRequest Request(ParseResult parse, string station) => new(station)
    {
        Name = parse.GetValue(_name),
        Kind = parse.GetValue(_kind),
        Groups = parse.GetValue(_groups) ?? [],
        Broker = parse.GetValue(_broker),
        Board = parse.GetValue(_board),
        HasModem = parse.GetValue(_modem),
        BaseFile = parse.GetValue(_base),
        Days = parse.GetValue(_days),
        Renew = parse.GetValue(_renew),
        SmsFile = parse.GetValue(_sms),
        Sim = parse.GetValue(_sim),
        ReplyTo = parse.GetValue(_replyTo),
        NewSmsKey = parse.GetValue(_newSmsKey),
    };

    private static void Say(IssuedCertificate certificate, string folder, string files) =>
        Console.Out.WriteLine($"{Line(certificate)}\n  {folder}: {files}");

    private static string Line(IssuedCertificate certificate) =>
        $"{certificate.Name}: certificate until {certificate.NotAfter:yyyy-MM-dd}, serial {certificate.Serial}";

    private static void Hand(EnrolledStation station, string folder)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string file = Path.Combine(folder, "station.json"), picture = Path.Combine(folder, "station.png");
        IdentityFolder.WriteSecret(file, station.File);
        if (station.Qr is { } qr)
            IdentityFolder.WriteSecret(picture, qr.Png);
        else
            File.Delete(picture);
        Console.Out.WriteLine(Line(station.Certificate));
        Console.Out.WriteLine($"  {file}: {station.File.Length} bytes{(station.HasSms ? ", with the SMS key" : "")}");
        Console.Out.WriteLine(station.Qr is { } code
            ? $"  {picture}: QR code of {code.ContentBytes} bytes, level {code.Level} (at most {StationQr.BytesMax})"
            : $"  no QR code: {station.Compact.Length} bytes, and it holds {StationQr.BytesMax}; use the card");
        Console.Error.WriteLine("call112-center: both hold the station's key, which is kept nowhere else: hand them over, then delete them");
    }
}
