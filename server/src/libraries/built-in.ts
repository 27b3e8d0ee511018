import type { LibraryModel } from '../model/library-model.js';
import amqplib from './models/amqplib.json' with { type: 'json' };
import apolloServer from './models/apollo-server.json' with { type: 'json' };
import asyncLock from './models/async-lock.json' with { type: 'json' };
import asyncMutex from './models/async-mutex.json' with { type: 'json' };
import asyncSema from './models/async-sema.json' with { type: 'json' };
import asyncStorage from './models/async-storage.json' with { type: 'json' };
import atomics from './models/atomics.json' with { type: 'json' };
import awaitLock from './models/await-lock.json' with { type: 'json' };
import awaitSemaphore from './models/await-semaphore.json' with { type: 'json' };
import awsLambda from './models/aws-lambda.json' with { type: 'json' };
import awsSdkDynamodb from './models/aws-sdk-dynamodb.json' with { type: 'json' };
import awsSdkS3 from './models/aws-sdk-s3.json' with { type: 'json' };
import betterSqlite3 from './models/better-sqlite3.json' with { type: 'json' };
import bottleneck from './models/bottleneck.json' with { type: 'json' };
import bull from './models/bull.json' with { type: 'json' };
import bullmq from './models/bullmq.json' with { type: 'json' };
import bunDeno from './models/bun-deno.json' with { type: 'json' };
import cacheManager from './models/cache-manager.json' with { type: 'json' };
import commander from './models/commander.json' with { type: 'json' };
import conf from './models/conf.json' with { type: 'json' };
import conventions from './models/conventions.json' with { type: 'json' };
import cron from './models/cron.json' with { type: 'json' };
import croner from './models/croner.json' with { type: 'json' };
import discordJs from './models/discord-js.json' with { type: 'json' };
import drizzleOrm from './models/drizzle-orm.json' with { type: 'json' };
import ecmascript from './models/ecmascript.json' with { type: 'json' };
import electron from './models/electron.json' with { type: 'json' };
import express from './models/express.json' with { type: 'json' };
import expressAsyncHandler from './models/express-async-handler.json' with { type: 'json' };
import fastify from './models/fastify.json' with { type: 'json' };
import fastmcp from './models/fastmcp.json' with { type: 'json' };
import firestore from './models/firestore.json' with { type: 'json' };
import fsExt from './models/fs-ext.json' with { type: 'json' };
import fsExtra from './models/fs-extra.json' with { type: 'json' };
import fsNativeExtensions from './models/fs-native-extensions.json' with { type: 'json' };
import graphqlTools from './models/graphql-tools.json' with { type: 'json' };
import h3 from './models/h3.json' with { type: 'json' };
import hapi from './models/hapi.json' with { type: 'json' };
import hono from './models/hono.json' with { type: 'json' };
import idb from './models/idb.json' with { type: 'json' };
import idbKeyval from './models/idb-keyval.json' with { type: 'json' };
import ioredis from './models/ioredis.json' with { type: 'json' };
import jsonfile from './models/jsonfile.json' with { type: 'json' };
import kafkajs from './models/kafkajs.json' with { type: 'json' };
import keyv from './models/keyv.json' with { type: 'json' };
import knex from './models/knex.json' with { type: 'json' };
import koa from './models/koa.json' with { type: 'json' };
import kysely from './models/kysely.json' with { type: 'json' };
import libsqlClient from './models/libsql-client.json' with { type: 'json' };
import loadJsonFile from './models/load-json-file.json' with { type: 'json' };
import lockfile from './models/lockfile.json' with { type: 'json' };
import lockkit from './models/lockkit-node.json' with { type: 'json' };
import lowdb from './models/lowdb.json' with { type: 'json' };
import lruCache from './models/lru-cache.json' with { type: 'json' };
import mcpSdk from './models/mcp-sdk.json' with { type: 'json' };
import memcached from './models/memcached.json' with { type: 'json' };
import memjs from './models/memjs.json' with { type: 'json' };
import mikroOrm from './models/mikro-orm.json' with { type: 'json' };
import mongodb from './models/mongodb.json' with { type: 'json' };
import mongoose from './models/mongoose.json' with { type: 'json' };
import mysql2 from './models/mysql2.json' with { type: 'json' };
import nanoid from './models/nanoid.json' with { type: 'json' };
import nestjs from './models/nestjs.json' with { type: 'json' };
import nextjs from './models/nextjs.json' with { type: 'json' };
import nodeCache from './models/node-cache.json' with { type: 'json' };
import nodeChildProcess from './models/node-child-process.json' with { type: 'json' };
import nodeCluster from './models/node-cluster.json' with { type: 'json' };
import nodeCron from './models/node-cron.json' with { type: 'json' };
import nodeCrypto from './models/node-crypto.json' with { type: 'json' };
import nodeEvents from './models/node-events.json' with { type: 'json' };
import nodeFs from './models/node-fs.json' with { type: 'json' };
import nodeFsPromises from './models/node-fs-promises.json' with { type: 'json' };
import nodeHttp from './models/node-http.json' with { type: 'json' };
import nodeOs from './models/node-os.json' with { type: 'json' };
import nodePath from './models/node-path.json' with { type: 'json' };
import nodeProcess from './models/node-process.json' with { type: 'json' };
import nodeSchedule from './models/node-schedule.json' with { type: 'json' };
import nodeSqlite from './models/node-sqlite.json' with { type: 'json' };
import nodeTelegramBotApi from './models/node-telegram-bot-api.json' with { type: 'json' };
import nodeTimers from './models/node-timers.json' with { type: 'json' };
import nodeUrl from './models/node-url.json' with { type: 'json' };
import nodeUtil from './models/node-util.json' with { type: 'json' };
import nodeWorkerThreads from './models/node-worker-threads.json' with { type: 'json' };
import osLock from './models/os-lock.json' with { type: 'json' };
import pg from './models/pg.json' with { type: 'json' };
import pLimit from './models/p-limit.json' with { type: 'json' };
import postgres from './models/postgres.json' with { type: 'json' };
import pQueue from './models/p-queue.json' with { type: 'json' };
import prisma from './models/prisma.json' with { type: 'json' };
import properLockfile from './models/proper-lockfile.json' with { type: 'json' };
import pythonAiohttp from './models/python-aiohttp.json' with { type: 'json' };
import pythonApscheduler from './models/python-apscheduler.json' with { type: 'json' };
import pythonAsyncio from './models/python-asyncio.json' with { type: 'json' };
import pythonAsyncpg from './models/python-asyncpg.json' with { type: 'json' };
import pythonBoto3 from './models/python-boto3.json' with { type: 'json' };
import pythonBuiltins from './models/python-builtins.json' with { type: 'json' };
import pythonCelery from './models/python-celery.json' with { type: 'json' };
import pythonCollections from './models/python-collections.json' with { type: 'json' };
import pythonConcurrentFutures from './models/python-concurrent-futures.json' with { type: 'json' };
import pythonContextlib from './models/python-contextlib.json' with { type: 'json' };
import pythonDbapi from './models/python-dbapi.json' with { type: 'json' };
import pythonDiscord from './models/python-discord.json' with { type: 'json' };
import pythonDjango from './models/python-django.json' with { type: 'json' };
import pythonDjangoRestFramework from './models/python-django-rest-framework.json' with { type: 'json' };
import pythonFastapi from './models/python-fastapi.json' with { type: 'json' };
import pythonFasteners from './models/python-fasteners.json' with { type: 'json' };
import pythonFcntl from './models/python-fcntl.json' with { type: 'json' };
import pythonFilelock from './models/python-filelock.json' with { type: 'json' };
import pythonFlask from './models/python-flask.json' with { type: 'json' };
import pythonFunctools from './models/python-functools.json' with { type: 'json' };
import pythonGraphene from './models/python-graphene.json' with { type: 'json' };
import pythonHttpServer from './models/python-http-server.json' with { type: 'json' };
import pythonJson from './models/python-json.json' with { type: 'json' };
import pythonLockkit from './models/python-lockkit.json' with { type: 'json' };
import pythonMultiprocessing from './models/python-multiprocessing.json' with { type: 'json' };
import pythonOs from './models/python-os.json' with { type: 'json' };
import pythonPathlib from './models/python-pathlib.json' with { type: 'json' };
import pythonPortalocker from './models/python-portalocker.json' with { type: 'json' };
import pythonPymongo from './models/python-pymongo.json' with { type: 'json' };
import pythonRedis from './models/python-redis.json' with { type: 'json' };
import pythonRedisAsyncio from './models/python-redis-asyncio.json' with { type: 'json' };
import pythonRedlock from './models/python-redlock.json' with { type: 'json' };
import pythonRq from './models/python-rq.json' with { type: 'json' };
import pythonShelve from './models/python-shelve.json' with { type: 'json' };
import pythonSlackBolt from './models/python-slack-bolt.json' with { type: 'json' };
import pythonSqlalchemy from './models/python-sqlalchemy.json' with { type: 'json' };
import pythonSys from './models/python-sys.json' with { type: 'json' };
import pythonThreading from './models/python-threading.json' with { type: 'json' };
import pythonTornado from './models/python-tornado.json' with { type: 'json' };
import pythonUnique from './models/python-unique.json' with { type: 'json' };
import pythonUwsgi from './models/python-uwsgi.json' with { type: 'json' };
import redis from './models/redis.json' with { type: 'json' };
import redisSemaphore from './models/redis-semaphore.json' with { type: 'json' };
import redlock from './models/redlock.json' with { type: 'json' };
import remix from './models/remix.json' with { type: 'json' };
import semaphoreAsyncAwait from './models/semaphore-async-await.json' with { type: 'json' };
import sequelize from './models/sequelize.json' with { type: 'json' };
import slackBolt from './models/slack-bolt.json' with { type: 'json' };
import socketIo from './models/socket-io.json' with { type: 'json' };
import sqlite3 from './models/sqlite3.json' with { type: 'json' };
import supabaseJs from './models/supabase-js.json' with { type: 'json' };
import sveltekit from './models/sveltekit.json' with { type: 'json' };
import telegraf from './models/telegraf.json' with { type: 'json' };
import trpc from './models/trpc.json' with { type: 'json' };
import typeorm from './models/typeorm.json' with { type: 'json' };
import upstashRedis from './models/upstash-redis.json' with { type: 'json' };
import uuid from './models/uuid.json' with { type: 'json' };
import vscode from './models/vscode.json' with { type: 'json' };
import webLocks from './models/web-locks.json' with { type: 'json' };
import webStorage from './models/web-storage.json' with { type: 'json' };
import writeFileAtomic from './models/write-file-atomic.json' with { type: 'json' };
import writeJsonFile from './models/write-json-file.json' with { type: 'json' };
import ws from './models/ws.json' with { type: 'json' };

// What the compiler infers of a JSON file is wider than the schema; a test holds each file to it.
const files: readonly unknown[] = [
  amqplib,
  apolloServer,
  asyncLock,
  asyncMutex,
  asyncSema,
  asyncStorage,
  atomics,
  awaitLock,
  awaitSemaphore,
  awsLambda,
  awsSdkDynamodb,
  awsSdkS3,
  betterSqlite3,
  bottleneck,
  bull,
  bullmq,
  bunDeno,
  cacheManager,
  commander,
  conf,
  conventions,
  cron,
  croner,
  discordJs,
  drizzleOrm,
  ecmascript,
  electron,
  express,
  expressAsyncHandler,
  fastify,
  fastmcp,
  firestore,
  fsExt,
  fsExtra,
  fsNativeExtensions,
  graphqlTools,
  h3,
  hapi,
  hono,
  idb,
  idbKeyval,
  ioredis,
  jsonfile,
  kafkajs,
  keyv,
  knex,
  koa,
  kysely,
  libsqlClient,
  loadJsonFile,
  lockfile,
  lockkit,
  lowdb,
  lruCache,
  mcpSdk,
  memcached,
  memjs,
  mikroOrm,
  mongodb,
  mongoose,
  mysql2,
  nanoid,
  nestjs,
  nextjs,
  nodeCache,
  nodeChildProcess,
  nodeCluster,
  nodeCron,
  nodeCrypto,
  nodeEvents,
  nodeFs,
  nodeFsPromises,
  nodeHttp,
  nodeOs,
  nodePath,
  nodeProcess,
  nodeSchedule,
  nodeSqlite,
  nodeTelegramBotApi,
  nodeTimers,
  nodeUrl,
  nodeUtil,
  nodeWorkerThreads,
  osLock,
  pg,
  pLimit,
  postgres,
  pQueue,
  prisma,
  properLockfile,
  pythonAiohttp,
  pythonApscheduler,
  pythonAsyncio,
  pythonAsyncpg,
  pythonBoto3,
  pythonBuiltins,
  pythonCelery,
  pythonCollections,
  pythonConcurrentFutures,
  pythonContextlib,
  pythonDbapi,
  pythonDiscord,
  pythonDjango,
  pythonDjangoRestFramework,
  pythonFastapi,
  pythonFasteners,
  pythonFcntl,
  pythonFilelock,
  pythonFlask,
  pythonFunctools,
  pythonGraphene,
  pythonHttpServer,
  pythonJson,
  pythonLockkit,
  pythonMultiprocessing,
  pythonOs,
  pythonPathlib,
  pythonPortalocker,
  pythonPymongo,
  pythonRedis,
  pythonRedisAsyncio,
  pythonRedlock,
  pythonRq,
  pythonShelve,
  pythonSlackBolt,
  pythonSqlalchemy,
  pythonSys,
  pythonThreading,
  pythonTornado,
  pythonUnique,
  pythonUwsgi,
  redis,
  redisSemaphore,
  redlock,
  remix,
  semaphoreAsyncAwait,
  sequelize,
  slackBolt,
  socketIo,
  sqlite3,
  supabaseJs,
  sveltekit,
  telegraf,
  trpc,
  typeorm,
  upstashRedis,
  uuid,
  vscode,
  webLocks,
  webStorage,
  writeFileAtomic,
  writeJsonFile,
  ws,
];

/** The models of `models/`, one file a library. */
export const builtInModels = files as readonly LibraryModel[];
