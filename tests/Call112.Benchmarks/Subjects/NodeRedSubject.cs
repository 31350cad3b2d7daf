using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Call112.Tests;

namespace Call112.Benchmarks.Subjects;

/// <summary>Node-RED with an mqtt-in node and a function node whose first statement takes the stamp; editor and admin interface off.</summary>
internal sealed class NodeRedSubject : Subject
{
    private readonly string installation;
    private readonly string version;

    public NodeRedSubject(Workspace workspace)
        : base("Node-RED", "bench-node-red")
    {
        installation = Path.Combine(workspace.Root, "artifacts", "node-red", "node_modules", "node-red");
        if (!IsInstalled(workspace))
            throw new BenchmarkException("Node-RED is not installed: run tests/install --bench");
        using var package = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(installation, "package.json")));
        version = package.RootElement.GetProperty("version").GetString()!;
    }

    public override string Description => $"Node-RED {version}, mqtt in (text) and a function node that stamps; no journal, no decision";

    public static bool IsInstalled(Workspace workspace) =>
        File.Exists(Path.Combine(workspace.Root, "artifacts", "node-red", "node_modules", "node-red", "package.json"));

    public override Daemon Start(int brokerPort, string arrivals, string folder)
    {
        File.WriteAllText(Path.Combine(folder, "flows.json"), Flow(brokerPort, arrivals).ToJsonString());
        File.WriteAllText(Path.Combine(folder, "settings.js"), $$"""
            module.exports = {
              uiHost: "127.0.0.1", uiPort: {{LoopbackPorts.Free()}}, httpAdminRoot: false, httpNodeRoot: false,
              flowFile: "flows.json", credentialSecret: false, functionExternalModules: true,
              logging: { console: { level: "warn", metrics: false, audit: false } },
            };

            """);
        return Daemon.Start(
            Path.Combine(folder, "log"), Broker.Program("node"), Path.Combine(installation, "red.js"),
            "--userDir", folder, "--settings", Path.Combine(folder, "settings.js"));
    }

    private JsonArray Flow(int brokerPort, string arrivals) =>
    [
        new JsonObject { ["id"] = "tab", ["type"] = "tab", ["label"] = "alert" },
        new JsonObject
        {
            ["id"] = "broker", ["type"] = "mqtt-broker", ["broker"] = "127.0.0.1", ["port"] = brokerPort, ["clientid"] = StationId,
            ["autoConnect"] = true, ["usetls"] = false, ["protocolVersion"] = "5", ["keepalive"] = "60", ["cleansession"] = true,
        },
        new JsonObject
        {
            ["id"] = "in", ["type"] = "mqtt in", ["z"] = "tab", ["topic"] = Messages.Topics.Dispatch(StationId), ["qos"] = "1",
            ["datatype"] = "utf8", ["broker"] = "broker", ["nl"] = false, ["rap"] = true, ["rh"] = 0, ["inputs"] = 0,
            ["wires"] = new JsonArray(new JsonArray("stamp")),
        },
        new JsonObject
        {
            ["id"] = "stamp", ["type"] = "function", ["z"] = "tab", ["outputs"] = 0, ["timeout"] = 0, ["noerr"] = 0,
            // process.hrtime is CLOCK_MONOTONIC, the clock of all other stamps.
            ["func"] = "const now = clock.hrtime.bigint();\n"
                + "files.writeSync(context.get('pipe'), `${now} siren ${msg.payload.includes('\"Alert\"') ? 1 : 0}\\n`);",
            ["initialize"] = $"context.set('pipe', files.openSync(\"{JavaScriptEncoder.Default.Encode(arrivals)}\", 'w'));",
            ["finalize"] = "files.closeSync(context.get('pipe'));",
            ["libs"] = new JsonArray(
                new JsonObject { ["var"] = "clock", ["module"] = "process" },
                new JsonObject { ["var"] = "files", ["module"] = "fs" }),
            ["wires"] = new JsonArray(),
        },
    ];
}
