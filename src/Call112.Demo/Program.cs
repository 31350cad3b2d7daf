using Call112.Demo.Terminal;

// The composition root: the only place of this process that names the system's clock.
return await DemoCommand.RunAsync(args, TimeProvider.System);
