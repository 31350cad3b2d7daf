using System.CommandLine;
using Call112.Gateway.Cellular;
using Call112.Gateway.Commissioning;
using Call112.Gateway.Options;
using Call112.Gateway.Panel;
using Call112.Gateway.Provisioning;
using Microsoft.Extensions.Logging.Abstractions;

namespace Call112.Gateway.Verbs;

/// <summary>
/// <c>call112-gateway commission</c>: the acceptance of a box at its post, in a terminal beside the running service (decision 0023). It asks the
/// station on its panel's address, reads its journal, and drives nothing.
/// </summary>
internal static class CommissionCommand
{
    /// <param name="Technician">Asked when null.</param>
    /// <param name="Answers">File with one answer a line; standard input when null.</param>
    /// <param name="Serial">Where the board tells its serial.</param>
    internal sealed record Request(string? Config, string? Technician, string? Answers, string Language, string Serial);

    public static Command Create(Option<string?> config)
    {
        var technician = new Option<string?>("--technician") { Description = "who stands for it; asked when absent", HelpName = "NAME" };
        technician.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } name && !Dialogue.IsName(name))
                result.AddError("--technician must be a name");
        });
        var answers = new Option<string?>("--answers") { Description = "one answer a line, instead of the keyboard", HelpName = "FILE" };
        var language = new Option<string>("--language") { Description = "of the talk", DefaultValueFactory = _ => "id" };
        language.AcceptOnlyFromAmong("id", "en");
        var serial = new Option<string>("--serial")
        {
            Description = "where the board tells its serial",
            HelpName = "FILE",
            DefaultValueFactory = _ => BoardSerial.UsualFile,
        };
        var commission = new Command("commission", "accept the box at its post: try it all, sign the record, tell the centre; 0 accepted, 1 not")
        {
            technician, answers, language, serial,
        };
        commission.SetAction((parsed, cancel) => RunAsync(
            new Request(
                parsed.GetValue(config),
                parsed.GetValue(technician),
                parsed.GetValue(answers),
                parsed.GetRequiredValue(language),
                parsed.GetRequiredValue(serial)),
            cancel));
        return commission;
    }

    private static async Task<int> RunAsync(Request request, CancellationToken cancel)
    {
        if (CommandLine.Options(request.Config) is not { } options)
            return CommandLine.WrongOptions;
        if (options.Panel is not { Port: not 0 } panel)
        {
            await Console.Error.WriteLineAsync(
                "panel.listen: is off, or a free port at each start; without a known address the station cannot be asked");
            return CommandLine.WrongOptions;
        }

        try
        {
            using var file = request.Answers is { } path ? new StreamReader(path) : null;
            var texts = request.Language == "en" ? CommissionTexts.English : CommissionTexts.Indonesian;
            using var http = PanelClient.Of(panel);
            var isTyped = file is null && !Console.IsInputRedirected;
            var place = new CommissionPlace(
                options,
                new Dialogue(file ?? Console.In, Console.Out, texts, echoes: !isTyped, isTyped ? Keyboard.ForgetTyped : null),
                new JournalTail(options.JournalPath),
                TimeProvider.System,
                asked => StationPicture.OfAsync(http, asked),
                asked => SignalAsync(options, asked));
            var isAccepted = await new Commission(place, BoardSerial.Read(request.Serial)).RunAsync(request.Technician, cancel);
            return isAccepted ? CommandLine.Well : CommandLine.Failed;
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            await Console.Error.WriteLineAsync($"--answers {request.Answers}: {e.Message}");
            return CommandLine.WrongOptions;
        }
    }

    /// <summary>Asks ModemManager, as the service does for its telemetry; the service keeps its modem.</summary>
    private static async Task<Finding> SignalAsync(GatewayOptions options, CancellationToken cancel)
    {
        var mmcli = new Mmcli(options.Cellular!, new ToolRunner(TimeProvider.System), NullLogger.Instance);
        var modem = await mmcli.FindAsync(cancel);
        return PictureRules.Signal(modem, modem is null ? SignalFacts.None : await mmcli.SignalAsync(modem.Path, cancel) ?? SignalFacts.None);
    }
}
