using System.CommandLine;
using Call112.Gateway.Health;
using Call112.Gateway.Options;
using Call112.Gateway.Provisioning;

namespace Call112.Gateway.Verbs;

/// <summary>The verbs of the SD card's image: <c>provision</c> at each boot, <c>problem</c> while the box is not armed (decision 0020).</summary>
internal static class ProvisioningCommands
{
    public static Command Provision()
    {
        var card = Needed("--card", "FOLDER", "the FAT partition: station.json comes in there, a text for people goes out");
        var data = Needed("--data", "FOLDER", "folder of the station.json in force");
        var serial = Needed("--serial", "FILE", "the board's serial; on a Pi /sys/firmware/devicetree/base/serial-number");
        var problem = new Option<string?>("--problem") { Description = "written while somebody has to be told, else removed", HelpName = "FILE" };
        var provision = new Command("provision", "take over what the card brings; 0 armed, 1 not armed, 3 armed with the former file")
        {
            card, data, serial, problem,
        };
        provision.SetAction(parsed => ProvisionVerb.Run(
            new ProvisionVerb.Request(
                parsed.GetRequiredValue(card), parsed.GetRequiredValue(data), parsed.GetRequiredValue(serial), parsed.GetValue(problem)),
            Console.Out, Console.Error));
        return provision;
    }

    public static Command Problem()
    {
        var file = Needed("--file", "FILE", "what provision left (--problem)");
        var listen = new Option<string>("--listen")
        {
            Description = "where the panel listens otherwise",
            HelpName = "HOST:PORT",
            DefaultValueFactory = _ => PanelListen.Usual.ToString(),
        };
        listen.Validators.Add(result =>
        {
            if (PanelListen.Parse(result.GetValueOrDefault<string>()) is null)
                result.AddError("--listen must be address:port (an IP address, or localhost with a port)");
        });
        var lamp = new Option<string>("--led")
        {
            Description = "the lamp that blinks",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => ProblemLamp.Usual,
        };
        var problem = new Command("problem", "show on the post's screen why the box is not armed, until it is stopped") { file, listen, lamp };
        problem.SetAction((parsed, cancel) => CommandLine.ServeAsync(() => ProblemVerb.RunAsync(
            new ProblemVerb.Request(
                parsed.GetRequiredValue(file), PanelListen.Parse(parsed.GetRequiredValue(listen))!.Value, parsed.GetRequiredValue(lamp)),
            Console.Out, ServiceManager.Notifier(), TimeProvider.System, cancel)));
        return problem;
    }

    private static Option<string> Needed(string name, string kind, string says) =>
        new(name) { Description = says, HelpName = kind, Required = true };
}
